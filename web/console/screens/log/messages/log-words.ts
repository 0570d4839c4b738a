import type { LedgerWords } from '../../../ledger/ledger-words.js';
import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

/** What the screen says, alone. */
export type OwnWords = Translated<typeof en>;

/** With what every screen says of people. */
export type LogWords = OwnWords & { readonly ledger: LedgerWords };
