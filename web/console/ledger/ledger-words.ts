import type { Translated } from '../messages/words.js';
import type { en } from './messages/en.js';

/** Texts shared by screens about users and events. */
export type LedgerWords = Translated<typeof en>;
