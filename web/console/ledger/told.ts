import { loadTexts } from '../../../locales/compiled/console/ledger/load.js';
import type { Texts as LedgerWords } from '../../../locales/compiled/console/ledger/texts.js';
import type { Language } from '../../shared/languages.js';
import { textIn } from '../frame/words.js';
import type { Line } from './requests.js';

export function actionText({ action, outcome }: Pick<Line, 'action' | 'outcome'>, words: LedgerWords): string {
  const told: string | Readonly<Partial<Record<string, string>>> = textIn(words.actions, action) ?? action;
  return typeof told === 'string' ? told : (told[outcome] ?? words.outcomes[outcome]);
}

export const reasonText = (code: string, words: LedgerWords): string => textIn(words.codes, code) ?? words.otherCode;

/** Adds the ledger's texts to those of a screen. */
export const withLedger =
  <Texts>(load: (language: Language) => Promise<Texts>) =>
  async (language: Language): Promise<Texts & { readonly ledger: LedgerWords }> => ({
    ...(await load(language)),
    ledger: await loadTexts(language),
  });
