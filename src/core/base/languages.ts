import { type Language, languageCodes, languages, rightToLeft } from '../../../locales/compiled/languages.js';

export { type Language, languageCodes, languages };

export const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text);

export const directionOf = (language: Language): 'ltr' | 'rtl' => (rightToLeft.has(language) ? 'rtl' : 'ltr');

/** Returns the first of the preferred languages that is available; if none is, English. `de-AT` selects `de`. */
export const chooseLanguage = (tags: readonly string[]): Language =>
  tags.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '').find(isLanguage) ?? 'en';

/**
 * Returns the language of a page.
 * @param tags - preferred languages, separated by spaces, of the address: `lang`, or `ui_locales` (OpenID Connect Core,
 * section 3.1.2.1)
 * @param accepted - languages of the browser
 */
export const languageOf = (tags: unknown, accepted: readonly string[]): Language =>
  chooseLanguage([...(typeof tags === 'string' ? tags.split(' ') : []), ...accepted]);
