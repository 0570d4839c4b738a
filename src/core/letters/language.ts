export const letterLanguages = ['en', 'de', 'es', 'fr', 'ar'] as const;

export type LetterLanguage = (typeof letterLanguages)[number];

/** Returns a language's writing direction. */
export const directionOf = (language: LetterLanguage): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');
