import { type ComponentType, type Context, createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Texts as Words } from '../../../locales/compiled/console/frame/texts.js';
import type { Language } from '../../../src/core/base/languages.js';

export const I18nContext = createContext<{ readonly language: Language; readonly words: Words } | null>(null);

/** Reads what a component above provides. */
export function useProvided<Value>(provider: Context<Value | null>): Value {
  const value = useContext(provider);
  if (value === null) throw new Error('outside its provider');
  return value;
}

export const useWords = (): Words => useProvided(I18nContext).words;

export const useLanguage = (): Language => useProvided(I18nContext).language;

/** Returns the text of this name, which may be untrusted; `undefined` if there is none. */
export const textIn = <Text,>(texts: { readonly [name: string]: Text }, name: string | null): Text | undefined =>
  Object.entries(texts).find(([each]) => each === name)?.[1];

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** Returns the browser's locale for a language, for the region's date format; else the language. */
const localeOf = (language: Language, preferred: readonly string[]): string =>
  preferred.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;

export function useFormats() {
  const language = useLanguage();
  return useMemo(() => {
    const locale = localeOf(language, navigator.languages);
    const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
    const thisYear = new Date().getFullYear();
    const time = { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' } as const;
    const ofYear = { month: 'short', day: 'numeric', ...time } as const;
    const ofThisYear = new Intl.DateTimeFormat(locale, ofYear);
    const ofAnother = new Intl.DateTimeFormat(locale, { ...ofYear, year: 'numeric' });
    const dayOfMonth = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' });
    const toTheSecond = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
    const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    const size = new Intl.NumberFormat(language, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 });
    return {
      /** @param text - UTC date, such as `2026-11-20` */
      day: (text: string) => day.format(new Date(`${text}T12:00:00`)),
      /** @param text - as for `day` */
      shortDay: (text: string) => dayOfMonth.format(new Date(`${text}T12:00:00`)),
      /**
       * Formats the time of day.
       * @param text - RFC 3339
       */
      second: (text: string) => toTheSecond.format(new Date(text)),
      /**
       * Formats date, time and time zone, without the current year.
       * @param text - RFC 3339
       */
      instant(text: string) {
        const at = new Date(text);
        return (at.getFullYear() === thisYear ? ofThisYear : ofAnother).format(at);
      },
      number: new Intl.NumberFormat(language).format,
      /** Formats a share, of which 1 is 100 %. */
      percent: new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format,
      seconds: new Intl.NumberFormat(language, { style: 'unit', unit: 'second' }).format,
      /**
       * Formats a relative time.
       * @param text - RFC 3339
       */
      ago: (text: string) => {
        const seconds = (Date.parse(text) - Date.now()) / 1000;
        const [unit, length] = units.find((each) => Math.abs(seconds) >= each[1]) ?? units[2];
        return relative.format(Math.trunc(seconds / length), unit);
      },
      size: (bytes: number) => size.format(bytes / 1_000_000),
    };
  }, [language]);
}

export interface Screen {
  /** Loads the texts. A language change preserves the screen's state. */
  prepare(language: Language): Promise<(rest: readonly string[]) => ReactNode>;
}

/** Defines the texts of a screen, which each of its components reads with `useTexts`. */
export function defineTexts<Texts>(load: (language: Language) => Promise<Texts>) {
  const TextsContext = createContext<Texts | null>(null);
  return {
    /** Provides the texts to components that another screen shows. */
    TextsContext,
    useTexts: (): Texts => useProvided(TextsContext),
    /** The component gets the path segments after the screen's own: `['4711']` at `/applications/4711`. */
    defineScreen: (Show: ComponentType<{ readonly rest: readonly string[] }>): Screen => ({
      async prepare(language) {
        const texts = await load(language);
        return (rest) => (
          <TextsContext value={texts}>
            <Show rest={rest} />
          </TextsContext>
        );
      },
    }),
  };
}
