import { loadTexts } from '../../../locales/compiled/console/ledger/load.js';
import type { Texts as LedgerWords } from '../../../locales/compiled/console/ledger/texts.js';
import type { Language } from '../../../src/core/base/languages.js';
import { textIn } from '../frame/words.js';
import type { Line } from './requests.js';

export function actionText(
  { action, outcome, by }: Pick<Line, 'action' | 'outcome' | 'by'>,
  words: LedgerWords,
): string {
  // A link that an administrator creates is recorded as the start of its step-up.
  if (action === 'step_up_started' && by !== null) return words.requested;
  const entry: string | Readonly<Partial<Record<string, string>>> = textIn(words.actions, action) ?? action;
  return typeof entry === 'string' ? entry : (entry[outcome] ?? words.outcomes[outcome]);
}

export const reasonText = (code: string, words: LedgerWords): string => textIn(words.codes, code) ?? words.otherCode;

/** Actions whose details are fixed values. Others name an organization, a claim or a method. */
const translatedActions = ['help_asked', 'help_settled', 'another_way_passed', 'another_way_refused', 'new_place_seen'];

/** Details that name a rule. */
const ruleDetail = /^(rule|watched):(.+)$/s;

export const isRule = (detail: string): boolean => ruleDetail.test(detail);

export function detailText(action: string, detail: string, words: LedgerWords): string {
  const [, kind, name] = ruleDetail.exec(detail) ?? [];
  if (name !== undefined) return (kind === 'rule' ? words.rule : words.watched)({ name });
  return (translatedActions.includes(action) ? textIn(words.details, detail) : undefined) ?? detail;
}

/** Adds the ledger's texts to those of a screen. */
export const withLedger =
  <Texts>(load: (language: Language) => Promise<Texts>) =>
  async (language: Language): Promise<Texts & { readonly ledger: LedgerWords }> => ({
    ...(await load(language)),
    ledger: await loadTexts(language),
  });
