import type { Translated } from '../../../shared/languages.js';
import type { en } from './en.js';

/** Texts that are loaded only with the home page. */
export type HomeWords = Translated<typeof en>;
