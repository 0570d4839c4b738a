import { ar } from '../../web/capture/messages/ar.js';
import { de } from '../../web/capture/messages/de.js';
import { en } from '../../web/capture/messages/en.js';
import { es } from '../../web/capture/messages/es.js';
import { fr } from '../../web/capture/messages/fr.js';
import type { Words } from '../../web/capture/messages/words.js';
import type { Language } from '../../web/shared/languages.js';

export const pageWords: Readonly<Record<Language, Words>> = { en, de, es, fr, ar };
