import type { Language } from '../../shared/languages.js';
import type { Words } from './words.js';

/** Each language is its own file: a browser fetches the one that its person reads. */
const loaders: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import('./en.js')).en,
  de: async () => (await import('./de.js')).de,
  es: async () => (await import('./es.js')).es,
  fr: async () => (await import('./fr.js')).fr,
  ar: async () => (await import('./ar.js')).ar,
};

/** The words of the page in a language. Rejects where its file cannot be had. */
export const loadWords = (language: Language): Promise<Words> => loaders[language]();
