import type { Translated } from '../../shared/languages.js';
import type { en } from './en.js';

/** Texts of the capture page. A language with missing texts does not compile. */
export type Words = Translated<typeof en>;

export type ConsentWords = Words['consent']['verify'];
