/** The languages that people are written to in. */
export const letterLanguages = ['en', 'de', 'es', 'fr', 'ar'] as const;
export type LetterLanguage = (typeof letterLanguages)[number];
