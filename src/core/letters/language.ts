export const letterLanguages = ['en', 'de', 'es', 'fr', 'ar'] as const;

export type LetterLanguage = (typeof letterLanguages)[number];

export const directionOf = (language: LetterLanguage): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');
