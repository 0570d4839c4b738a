import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

/** What the screen says. */
export type HelpDeskWords = Translated<typeof en>;
