import { type Language, languages, rightToLeft } from '../../locales/compiled/languages.js';

export { type Language, languages };

export const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text);

export const directionOf = (language: Language): 'ltr' | 'rtl' => (rightToLeft.has(language) ? 'rtl' : 'ltr');

/** Returns the first of the preferred languages that is available; if none is, English. */
export function chooseLanguage(tags: readonly string[]): Language {
  return tags.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '').find(isLanguage) ?? 'en';
}
