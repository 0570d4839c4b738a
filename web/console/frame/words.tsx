import { createContext, useContext, useMemo } from 'react';
import type { Language } from '../../capture/languages.js';
import type { en } from '../messages/en.js';

/** The same texts in another language: functions take the same, and everything is a text in the end. */
export type Translated<Texts> = {
  readonly [Name in keyof Texts]: Texts[Name] extends string
    ? string
    : Texts[Name] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Translated<Texts[Name]>;
};

/** What the frame says. */
export type Words = Translated<typeof en>;

/** One file for each language; only the one that is shown is fetched. */
export type Messages<Texts> = Readonly<Record<Language, () => Promise<Texts>>>;

export const frameMessages: Messages<Words> = {
  en: async () => (await import('../messages/en.js')).en,
  de: async () => (await import('../messages/de.js')).de,
  es: async () => (await import('../messages/es.js')).es,
  fr: async () => (await import('../messages/fr.js')).fr,
  ar: async () => (await import('../messages/ar.js')).ar,
};

export interface Speech {
  readonly language: Language;
  readonly words: Words;
}

export const SpeechContext = createContext<Speech | null>(null);

function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === null) throw new Error('outside the frame');
  return speech;
}

/** What the frame says, in the language that is shown. */
export const useWords = (): Words => useSpeech().words;

/** The language that is shown. */
export const useLanguage = (): Language => useSpeech().language;

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** Dates and numbers as the language writes them. */
export function useFormats() {
  const language = useLanguage();
  return useMemo(() => {
    const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
    const instant = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
    const number = new Intl.NumberFormat(language);
    const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    const size = new Intl.NumberFormat(language, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 });
    return {
      /** @param text - `2026-11-20`, in UTC */
      day: (text: string) => day.format(new Date(`${text}T12:00:00`)),
      /** @param text - RFC 3339 */
      instant: (text: string) => instant.format(new Date(text)),
      number: (value: number) => number.format(value),
      /** How long ago, or in how long. @param text - RFC 3339 */
      ago: (text: string) => {
        const seconds = (Date.parse(text) - Date.now()) / 1000;
        const [unit, length] = units.find((each) => Math.abs(seconds) >= each[1]) ?? units[2];
        return relative.format(Math.trunc(seconds / length), unit);
      },
      /** @param bytes - shown in megabytes */
      size: (bytes: number) => size.format(bytes / 1_000_000),
    };
  }, [language]);
}
