import type { LedgerWords } from '../../../ledger/ledger-words.js';
import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

export type OwnWords = Translated<typeof en>;

export type HomeWords = OwnWords & { readonly ledger: LedgerWords };
