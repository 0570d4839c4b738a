import type { Translated } from '../messages/words.js';
import type { en } from './messages/en.js';

export type LedgerWords = Translated<typeof en>;
