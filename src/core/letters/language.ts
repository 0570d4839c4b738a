/** The languages of letters: those of the pages that people see. */
export const letterLanguages = ['en', 'de', 'es', 'fr', 'ar'] as const;

export type LetterLanguage = (typeof letterLanguages)[number];

/** Which way a language is written. */
export const directionOf = (language: LetterLanguage): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');
