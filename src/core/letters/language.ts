export const letterLanguages = ['en', 'de', 'es', 'fr', 'ar'] as const;

export type LetterLanguage = (typeof letterLanguages)[number];

/** Returns the writing direction of a language. */
export const directionOf = (language: LetterLanguage): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');
