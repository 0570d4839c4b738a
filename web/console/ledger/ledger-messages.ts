import type { Language } from '../../shared/languages.js';
import { messagesIn } from '../frame/screen.js';
import type { LedgerWords } from './messages/en.js';

const ledgerMessages = messagesIn<LedgerWords>(import.meta.glob('./messages/*.ts'));

/** Adds the ledger's texts to those of a screen. */
export const withLedger =
  <Texts>(load: (language: Language) => Promise<Texts>) =>
  async (language: Language): Promise<Texts & { readonly ledger: LedgerWords }> => ({
    ...(await load(language)),
    ledger: await ledgerMessages(language),
  });
