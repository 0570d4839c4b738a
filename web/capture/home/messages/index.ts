import type { Language } from '../../../shared/languages.js';
import { ar } from './ar.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { HomeWords } from './words.js';

const words: Readonly<Record<Language, HomeWords>> = { en, de, es, fr, ar };

export const homeWordsIn = (language: Language): HomeWords => words[language];
