import type { Loaded, Paged } from '../../frame/acting.js';
import { textIn, useFormats } from '../../frame/words.js';
import { isNameless } from '../../ledger/names.js';
import { refusalsOf } from '../../ledger/refusals.js';
import type { Check, Line, Name, Person } from '../../ledger/requests.js';
import { reasonText } from '../../ledger/told.js';
import { useTexts } from './requests.js';

function mostFrequentCode(refusals: readonly Line[]): string | null {
  const counts = new Map<string, number>();
  for (const { code } of refusals) if (code !== null) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}

/** Remedies by code, the first match. */
const remedies = [
  [/^face_mismatch$/, 'mismatch'],
  [/^(not_enrolled|token_\w+|enrolment_changed)$/, 'enrol'],
  [/^company_photo_/, 'companyPhoto'],
  [/^(face|photo)_|^liveness_low$/, 'picture'],
  [/^(wrong_number|not_asked_for)$/, 'attack'],
  [/^(no_check|weaker_check|(passkey|face)_missing|check_used|other_\w+)$/, 'check'],
] as const;

/** Leads the page of a person: what is wrong, and what helps. */
export function Diagnosis({
  person: { connection, status, level, lockedUntil },
  name,
  checks,
}: {
  readonly person: Pick<Person, 'connection' | 'status' | 'level' | 'lockedUntil'>;
  /** `undefined` until the provider has answered, and if it does not. */
  readonly name: Name | undefined;
  readonly checks: Pick<Paged<Check>, 'rows'> & { readonly state: Loaded<unknown>['state'] };
}) {
  const { diagnosis: words, ledger } = useTexts();
  const { instant, number } = useFormats();
  const refused = refusalsOf(checks.rows);
  // A refused check explains the refused sign-in that follows.
  const code = mostFrequentCode(refused.attempts.length > 0 ? refused.attempts : refused.signIns);
  const hasRefusals = refused.attempts.length + refused.signIns.length > 0;
  const isEnrolled = status === 'enrolled';
  const isUnknown = status === 'none' && isNameless(name);
  const remedy = isEnrolled ? remedies.find(([codes]) => codes.test(code ?? ''))?.[1] : 'enrol';
  if (checks.state === 'loading') return null;
  if (level === null) return <p className="note bad">{words.noConnection({ connection })}</p>;
  if (isEnrolled && lockedUntil === null && !hasRefusals) return <p className="note good">{words.nothing}</p>;
  return (
    <div className={lockedUntil === null ? 'note warn' : 'note bad'}>
      {lockedUntil !== null && <p>{words.locked({ time: instant(lockedUntil) })}</p>}
      {!isEnrolled && <p>{words.statuses[status]}</p>}
      {isUnknown && <p>{words.noUser({ connection })}</p>}
      {hasRefusals && (
        <p>
          {words.refusals({ checks: number(refused.attempts.length), signIns: number(refused.signIns.length) })}{' '}
          {code !== null && words.reason({ reason: reasonText(code, ledger) })}
        </p>
      )}
      {remedy !== undefined && !isUnknown && (
        <p>
          <b>
            <Remedy remedy={remedy} checks={checks.rows} />
          </b>
        </p>
      )}
    </div>
  );
}

function Remedy({ remedy, checks }: { readonly remedy: string; readonly checks: readonly Check[] }) {
  const { diagnosis: words } = useTexts();
  const { instant } = useFormats();
  const link = checks.find(({ action, by }) => action === 'step_up_started' && by !== null);
  if (remedy === 'enrol' && link !== undefined) return words.requested({ time: instant(link.time) });
  return textIn(words.remedies, remedy);
}
