import type { LetterLanguage } from '../../core/letters/language.js';
import { ar } from './ar.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { DoorTexts } from './texts.js';

export const doorTexts: Readonly<Record<LetterLanguage, DoorTexts>> = { en, de, es, fr, ar };
