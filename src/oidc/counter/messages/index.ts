import type { Language } from '../../messages.js';
import { ar } from './ar.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { CounterTexts } from './texts.js';

const texts: Readonly<Record<Language, CounterTexts>> = { en, de, es, fr, ar };

export const counterTextsIn = (language: Language): CounterTexts => texts[language];
