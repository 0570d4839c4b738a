import { textIn } from '../frame/words.js';
import type { LedgerWords } from './ledger-words.js';
import type { Line } from './requests.js';

/** What happened, in words. An action of a newer server is shown by its name. */
export function actionText({ action, outcome }: Pick<Line, 'action' | 'outcome'>, words: LedgerWords): string {
  const told: string | Readonly<Partial<Record<string, string>>> = textIn(words.actions, action) ?? action;
  return typeof told === 'string' ? told : (told[outcome] ?? words.outcomes[outcome]);
}

/** Why, in words. */
export const reasonText = (code: string, words: LedgerWords): string => textIn(words.codes, code) ?? words.otherCode;

/** Why something ended as it did, and who asked for it, as far as it is known. */
export function Reason({ line, words }: { readonly line: Line; readonly words: LedgerWords }) {
  const { action, code, reasons, by } = line;
  const details = reasons.join(', ');
  if (code === null && reasons.length === 0 && by === null) return '–';
  return (
    <span>
      {code !== null && (
        <>
          {reasonText(code, words)} <code>{code}</code>
        </>
      )}
      {reasons.length > 0 && (
        <bdi className="line fine soft">{action === 'liveness_judged' ? words.found(details) : details}</bdi>
      )}
      {by !== null && <span className="line fine soft">{words.by(by)}</span>}
    </span>
  );
}

/** How something ended, told by its word as well as its colour. */
export const Outcome = ({ line: { outcome }, words }: { readonly line: Line; readonly words: LedgerWords }) => (
  <span className={`outcome ${outcome}`}>{words.outcomes[outcome]}</span>
);
