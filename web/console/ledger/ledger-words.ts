import type { Translated } from '../messages/words.js';
import type { en } from './messages/en.js';

/** What every screen says that shows people and what happened to them. */
export type LedgerWords = Translated<typeof en>;
