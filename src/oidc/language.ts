import { type Language, languageCodes } from '../../locales/compiled/languages.js';

export { type Language, languageCodes as languages };

/** Returns the first supported language. @param wanted - `de-AT` selects `de` */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [primary = ''] = tag.toLowerCase().split('-');
    const found = languageCodes.find((language) => language === primary);
    if (found !== undefined) return found;
  }
  return languageCodes[0];
}

/**
 * Returns the language of a page.
 * @param uiLocales - tags separated by spaces (OpenID Connect Core, section 3.1.2.1)
 */
export const languageOf = (uiLocales: unknown, accepted: readonly string[]): Language =>
  chooseLanguage([...(typeof uiLocales === 'string' ? uiLocales.split(' ') : []), ...accepted]);
