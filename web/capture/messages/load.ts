import type { Language } from '../../shared/languages.js';
import type { Words } from './words.js';

const loaders: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import('./en.js')).en,
  de: async () => (await import('./de.js')).de,
  es: async () => (await import('./es.js')).es,
  fr: async () => (await import('./fr.js')).fr,
  ar: async () => (await import('./ar.js')).ar,
};

export const loadWords = (language: Language): Promise<Words> => loaders[language]();
