import { textIn } from '../frame/words.js';
import type { LedgerWords } from './ledger-words.js';
import type { Line } from './requests.js';

/** Returns an action's text, or the name of an unknown action. */
export function actionText({ action, outcome }: Pick<Line, 'action' | 'outcome'>, words: LedgerWords): string {
  const told: string | Readonly<Partial<Record<string, string>>> = textIn(words.actions, action) ?? action;
  return typeof told === 'string' ? told : (told[outcome] ?? words.outcomes[outcome]);
}

/** Returns a reason's text. */
export const reasonText = (code: string, words: LedgerWords): string => textIn(words.codes, code) ?? words.otherCode;

/** Shows reason and requester, as far as known. */
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

/** Shows an outcome by text and color. */
export const Outcome = ({ line: { outcome }, words }: { readonly line: Line; readonly words: LedgerWords }) => (
  <span className={`outcome ${outcome}`}>{words.outcomes[outcome]}</span>
);
