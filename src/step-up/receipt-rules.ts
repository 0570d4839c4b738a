import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { isPhone } from '../core/device-signals.js';
import { isStrongEnough } from '../core/liveness-policy.js';
import type { PassedCheck } from '../core/receipt.js';
import { isEnough } from '../core/rules/factors.js';
import { asksPasskey, needsCheck, type SignInRule } from '../core/rules/rule.js';
import type { SignIn } from '../core/rules/sign-in-terms.js';
import type { Credential } from '../core/secrets.js';
import { decideUnverified, recordRefusedByRule } from './decide.js';
import { isByFace, type Termed } from './record.js';
import { isOfHeldToken, requestOf } from './request-flow.js';
import { livenessShown, type StepUp } from './stored.js';

/** Request in which the person showed their face. */
export interface ShownFrom {
  readonly address: string;
  readonly userAgent: string | null;
  readonly cookie: Credential | null;
}

/**
 * Returns the rule that says what the check of a person has to show, or `null`.
 * @param signIn - facts that the caller who vouches for the person has stated
 */
export async function findRuleOfCheck(
  { policy, signInRules }: Connection,
  { subject, application, address }: Pick<SignIn, 'subject' | 'application' | 'address'>,
): Promise<string | null> {
  if (signInRules === undefined || policy.rules.every(asksNoMore)) return null;
  const asked = { subject, application, address, isAfterFirstFactor: true, device: null, browser: null };
  const { outcome, rule } = await signInRules.evaluate(asked);
  return needsCheck(outcome) ? (rule?.name ?? null) : null;
}

const asksNoMore = ({ liveness, outcome }: SignInRule): boolean => liveness === undefined && !asksPasskey(outcome);

/**
 * Returns true if a rule refuses the receipt of a passed check, and records it. The face has proven who the person is, so
 * facts about them may be looked up. OpenID clients and hooks evaluate rules with the facts of their own requests.
 * @param shownFrom - `null` if the caller sent photos: network and browser are then not known
 */
export async function isRefusedByRule(
  { record, terms: flow, connection }: StepUp,
  check: Pick<PassedCheck, 'methods'>,
  shownFrom: ShownFrom | null,
  deps: Ports<'audit'>,
): Promise<boolean> {
  const signIn = signInOfReceipt({ record, terms: flow }, shownFrom);
  if (signIn === null || connection?.signInRules === undefined) return false;
  const terms = await connection.signInRules.evaluate(signIn);
  const isWeaker = isByFace(check) && !isStrongEnough(livenessShown(record, connection), terms.policy.liveness);
  // The recipient of a receipt decides whether a code is enough.
  const isShort = !isEnough(check.methods, { outcome: terms.outcome, takesCodes: true });
  if (terms.outcome === 'none' || (needsCheck(terms.outcome) && !isWeaker && !isShort)) return false;
  const because = !isShort ? 'weaker_check' : isByFace(check) ? 'passkey_missing' : 'face_missing';
  if (decideUnverified(terms, because).decision.fallback === 'pass') return false;
  const refused = { hook: 'step_up', terms, because } as const;
  await recordRefusedByRule({ connection, subject: record.subject }, refused, deps);
  return true;
}

/** Returns the sign-in that a receipt is for, or `null` without a receipt, or for another purpose. */
function signInOfReceipt({ record, terms }: Termed, shownFrom: ShownFrom | null): SignIn | null {
  const { subject, purpose, action } = record;
  const { countsAs, hookSignIn, atKiosk } = terms;
  const isSignIn = purpose === 'verify' && countsAs === 'sign_in' && action === null && !isOfHeldToken(record);
  const receipt = requestOf(record)?.receipt ?? null;
  if (!isSignIn || receipt === null) return null;
  return {
    subject,
    application: hookSignIn?.application ?? receipt.for.audience,
    address: hookSignIn?.address ?? shownFrom?.address ?? null,
    isAfterFirstFactor: true,
    device: shownFrom === null ? null : isPhone(shownFrom.userAgent) ? 'phone' : 'computer',
    browser: shownFrom === null || atKiosk ? null : { cookie: shownFrom.cookie },
  };
}
