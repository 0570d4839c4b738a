import type { Messages } from '../frame/words.js';
import type { LedgerWords } from './ledger-words.js';

export const ledgerMessages: Messages<LedgerWords> = {
  en: async () => (await import('./messages/en.js')).en,
  de: async () => (await import('./messages/de.js')).de,
  es: async () => (await import('./messages/es.js')).es,
  fr: async () => (await import('./messages/fr.js')).fr,
  ar: async () => (await import('./messages/ar.js')).ar,
};
