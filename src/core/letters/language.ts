import { type Language, languageCodes, rightToLeft } from '../../../locales/compiled/languages.js';

export const letterLanguages = languageCodes;

export type LetterLanguage = Language;

export const directionOf = (language: Language): 'ltr' | 'rtl' => (rightToLeft.has(language) ? 'rtl' : 'ltr');
