import { type EpochMs, toDate } from '../units.js';
import type { LetterLanguage } from './language.js';

const formats = new Map<LetterLanguage, Intl.DateTimeFormat>();

export function toDay(time: EpochMs, language: LetterLanguage): string {
  const format = formats.get(language) ?? new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  formats.set(language, format);
  return format.format(toDate(time));
}
