import { type Language, languageCodes, rightToLeft } from '../../locales/compiled/languages.js';
import { type EpochMs, toDate } from './units.js';

export const supportedLanguages = languageCodes;

export type SupportedLanguage = Language;

export const directionOf = (language: Language): 'ltr' | 'rtl' => (rightToLeft.has(language) ? 'rtl' : 'ltr');

const formats = new Map<SupportedLanguage, Intl.DateTimeFormat>();

export function toDay(time: EpochMs, language: SupportedLanguage): string {
  const format = formats.get(language) ?? new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  formats.set(language, format);
  return format.format(toDate(time));
}
