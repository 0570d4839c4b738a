import { type Language, languageCodes } from './base/languages.js';
import { type EpochMs, toDate } from './units.js';

export { directionOf } from './base/languages.js';

export const supportedLanguages = languageCodes;

export type SupportedLanguage = Language;

const timeFormat = {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
} as const;

/** Returns a date and time with its time zone. @param timeZone - an IANA name; `null` for UTC */
export const toLocalTime = (time: EpochMs, language: SupportedLanguage, timeZone: string | null): string =>
  new Intl.DateTimeFormat(language, { ...timeFormat, timeZone: timeZone ?? 'UTC' }).format(toDate(time));

const formats = new Map<SupportedLanguage, Intl.DateTimeFormat>();

export function toDay(time: EpochMs, language: SupportedLanguage): string {
  const format = formats.get(language) ?? new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  formats.set(language, format);
  return format.format(toDate(time));
}
