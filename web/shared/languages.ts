export const languages = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  ar: 'العربية',
} as const;

export type Language = keyof typeof languages;

export const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text);

export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');

/** Returns the first of the preferred languages that is available; if none is, English. */
export function chooseLanguage(wished: readonly string[]): Language {
  return wished.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '').find(isLanguage) ?? 'en';
}

/** Type of translated texts: functions keep their parameters, other values are text. */
export type Translated<Texts> = {
  readonly [Name in keyof Texts]: Texts[Name] extends string
    ? string
    : Texts[Name] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Texts[Name] extends ((...given: never) => unknown) | readonly string[] | undefined
        ? Texts[Name]
        : Translated<Texts[Name]>;
};
