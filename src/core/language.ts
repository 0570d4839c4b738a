import { type Language, languageCodes, rightToLeft } from '../../locales/compiled/languages.js';
import { type EpochMs, toDate } from './units.js';

export const letterLanguages = languageCodes;

export type LetterLanguage = Language;

export const directionOf = (language: Language): 'ltr' | 'rtl' => (rightToLeft.has(language) ? 'rtl' : 'ltr');

const formats = new Map<LetterLanguage, Intl.DateTimeFormat>();

export function toDay(time: EpochMs, language: LetterLanguage): string {
  const format = formats.get(language) ?? new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  formats.set(language, format);
  return format.format(toDate(time));
}
