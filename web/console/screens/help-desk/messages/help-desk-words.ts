import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

/** What the screen says. */
export type HelpDeskWords = Translated<typeof en>;
