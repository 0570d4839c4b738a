import { eventSkewSec, type HookDecision, type HookEvent, hookDecisionGuard } from '../connections/hook-decision.js';
import type { AuditDetail } from '../core/audit-events.js';
import { bindingOf, type ConnectedSubject, type Connection, type Policy, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { attemptsOfHook } from '../core/limits/attempts.js';
import { countFailures, lockoutKeys } from '../core/limits/lockout.js';
import { vendorPolicyOf } from '../core/liveness-policy.js';
import { toSource } from '../core/networks.js';
import { retryInBackground, withTimeout } from '../core/resilience.js';
import { needsCheck } from '../core/rules/rule.js';
import { type SignIn, type SignInTerms, termsWithoutRules } from '../core/rules/sign-in-terms.js';
import { addSec, toEpochSec, toIso } from '../core/units.js';
import { FaceError, type FaceErrorCode, toCode } from '../errors.js';
import { factorsOf, findTaken, type Pass, passedKey, takePassedStepUp } from './passed-step-up.js';

/**
 * Decides a hook event by the user's passed step-up. The first event consumes the step-up; a repetition of that event
 * gets the same answer.
 * @throws `event_out_of_time`
 */
export async function decideHook(
  event: HookEvent,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<HookDecision> {
  const { connection, eventTime, budgetMs } = event;
  if (eventTime !== null && Math.abs(deps.clock.now() - eventTime) > eventSkewSec * 1000) {
    throw new FaceError('event_out_of_time');
  }
  const signIn = toSignIn(event);
  let terms = connection.signInRules?.evaluateInOutage(signIn) ?? termsWithoutRules(connection.policy);
  const finding = findTerms(connection, signIn).then((found) => {
    terms = found;
    return found;
  });
  const answer = answerFromState(event, finding, deps).then(toDecided, (error: unknown): Answer => {
    if (!(error instanceof FaceError && error.code === 'state_unavailable')) throw error;
    return { kind: 'no_state' };
  });
  const found = await withTimeout<Answer>(answer, budgetMs, () => ({ kind: 'late' }));
  if (found.kind === 'decided') return found.decision;
  // Logged before replying, so that a later store failure cannot change the decision.
  deps.log.error(logged[found.kind], { connection: connection.id, code: 'state_unavailable' });
  return answerUnavailable(event, terms, deps);
}

type Answer = { readonly kind: 'decided'; readonly decision: HookDecision } | { readonly kind: 'no_state' | 'late' };

const toDecided = (decision: HookDecision): Answer => ({ kind: 'decided', decision });

const logged = { no_state: 'hook answered without state', late: 'hook answered before its decision' } as const;

/** Returns the decision during an outage. The provider's reply does not wait for the audit log. */
function answerUnavailable(event: HookEvent, terms: SignInTerms<Policy>, deps: Ports<'audit' | 'log'>): HookDecision {
  const { decision, reason } = decideUnverified(terms, 'state_unavailable');
  const { connection } = event;
  record(event, toDetail(event, decision, terms, reason), deps).catch((error: unknown) =>
    deps.log.error('cannot record the hook reply', { connection: connection.id, code: toCode(error) }),
  );
  return decision;
}

async function answerFromState(
  event: HookEvent,
  finding: Promise<SignInTerms<Policy>>,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<HookDecision> {
  const { connection, hook, subject, eventId, repeatableForSec } = event;
  const who = toSubjectRef(event);
  const key = `event:${connection.id}:${JSON.stringify([hook, subject, eventId])}`;
  const address = event.address === null ? null : toSource(event.address);
  const terms = await finding;
  const { freshnessSec, sameAddress, anotherWay } = terms.policy;
  const asking = attemptsOfHook(bindingOf(connection, subject), { application: event.application, address });
  const keys = [key, passedKey(who), ...(event.isAfterFirstFactor ? lockoutKeys(asking) : [])];
  const [answered = null, noted = null, ...standing] = await deps.state.readMany(keys);
  if (answered !== null) return hookDecisionGuard.parse(answered.value);
  const signIn = { application: event.application, address: sameAddress ? address : null };
  const by = {
    who,
    eventId: JSON.stringify([hook, eventId]),
    signIn,
    freshnessSec,
    repeatableForSec,
    at: deps.clock.now(),
  };
  // A repeated event is granted again without another audit entry, so a failed entry is retried in the background.
  const onUnrecorded = (error: unknown): void =>
    deps.log.warn('hook decision not yet recorded', { code: toCode(error) });
  const recordTaken = (taken: Pass): Promise<void> =>
    record(event, toDetail(event, toDecision(taken, terms), terms), deps);
  const failures = countFailures(asking, standing, deps);
  // A check under a rule, and a glance, may show less than the policy asks for.
  const { rules, glance } = connection.policy;
  const mayBeGlance = glance !== null && vendorPolicyOf(connection.policy) === null;
  const comparesLiveness = mayBeGlance || rules.some((rule) => rule.liveness !== undefined);
  const needed = { outcome: terms.outcome, takesCodes: anotherWay.counts };
  const needs = { needed, liveness: comparesLiveness ? terms.policy.liveness : null };
  const mayTake = !failures.isLockedOut && terms.outcome !== 'deny' && terms.outcome !== 'unknown';
  const found = await retryInBackground(
    () => takePassedStepUp({ ...by, ...needs, mayTake }, noted, deps),
    onUnrecorded,
    async () => {
      // The store may have consumed the pass although this call failed. The consumed pass is then recorded.
      const taken = await findTaken(by, deps);
      if (taken !== null) await recordTaken(taken);
    },
  );
  if (typeof found !== 'string') {
    // Only the first event is recorded. Its repetition gets the same answer.
    if (found.isFirst) await retryInBackground(() => recordTaken(found), onUnrecorded);
    return toDecision(found, terms);
  }
  const { decision, reason } = decideUnverified(terms, failures.isLockedOut ? 'locked_out' : found);
  const isCounted = event.isAfterFirstFactor && decision.fallback === 'deny' && countedReasons.has(reason);
  const [isFirst, counted] = await Promise.all([
    deps.state.write(key, decision, {
      when: 'absent',
      expiresAt: addSec(deps.clock.now(), repeatableForSec),
      // No pass was consumed, so an event that is repeated after a power failure can be decided again.
      relaxedDurability: true,
    }),
    isCounted ? failures.count() : null,
  ]);
  if (!isFirst) {
    await counted?.refund();
    return (await readDecision(key, deps)) ?? decision;
  }
  await record(event, toDetail(event, decision, terms, reason), deps);
  await counted?.startDueLockout(async ({ level, until }) => {
    await deps.audit.append({ action: 'locked_out', ...who, detail: { level, until: toIso(until), hook } });
  });
  return decision;
}

type Reason = NonNullable<Extract<AuditDetail<'hook_decided'>, { outcome: 'unverified' }>['reason']>;

const countedReasons: ReadonlySet<Reason> = new Set([
  'no_check',
  'check_used',
  'passkey_missing',
  'weaker_check',
  'other_application',
  'other_address',
]);

/** Decisions of rules without a face check. */
const byRule = {
  none: { reason: 'no_check_needed', fallback: 'pass' },
  deny: { reason: 'denied_by_rule', fallback: 'deny' },
  unknown: { reason: 'rule_unknown', fallback: 'deny' },
} as const;

const toSignIn = ({ subject, application, address, isAfterFirstFactor }: HookEvent): SignIn => ({
  subject,
  application,
  address: address === null ? null : toSource(address),
  isAfterFirstFactor,
  device: null,
  browser: null,
});

/** Finds what the sign-in needs: by the rules, if there are any, or else by the policy. */
const findTerms = async ({ policy, signInRules }: Connection, signIn: SignIn): Promise<SignInTerms<Policy>> =>
  signInRules?.evaluate(signIn) ?? termsWithoutRules(policy);

function toDecision(pass: Pass, { rule }: SignInTerms): HookDecision {
  const { passedAt, stepUpId, liveness, anotherWay } = pass;
  const passed = { at: toEpochSec(passedAt), stepUpId, rule: rule?.name };
  return anotherWay
    ? { outcome: 'another_way', ...passed, methods: factorsOf(pass) }
    : { outcome: 'verified', ...passed, liveness };
}

/** Records a hook call that shadow mode allowed, but that would have been refused. */
export async function recordPassedOver(
  { connection, hook, code }: { connection: Connection; hook: string; code: FaceErrorCode },
  deps: Ports<'audit'>,
): Promise<void> {
  await record({ connection, subject: '' }, { hook, outcome: 'refused', code, wouldHave: 'deny' }, deps);
}

/** Records a sign-in outside hooks that a rule refused. @param terms.because - reason if the rule asks for a face */
export async function recordRefusedByRule(
  about: ConnectedSubject,
  {
    hook,
    terms,
    because = 'no_check',
  }: { readonly hook: string; readonly terms: SignInTerms<Policy>; because?: Reason },
  deps: Ports<'audit'>,
): Promise<void> {
  const { decision, reason } = decideUnverified(terms, because);
  await record(about, toDetail({ hook, application: null }, decision, terms, reason), deps);
}

export function decideUnverified(
  { outcome, policy }: SignInTerms,
  because: Reason,
): { readonly decision: Extract<HookDecision, { outcome: 'unverified' }>; readonly reason: Reason } {
  if (!needsCheck(outcome)) {
    const { fallback, reason } = byRule[outcome];
    return { decision: { outcome: 'unverified', fallback }, reason };
  }
  const enforced = policy[because === 'state_unavailable' ? 'whenUnavailable' : 'whenUnverified'];
  return {
    decision: { outcome: 'unverified', fallback: policy.mode === 'shadow' ? 'pass' : enforced },
    reason: because,
  };
}

function toDetail(
  { hook, application }: Pick<HookEvent, 'hook' | 'application'>,
  decision: HookDecision,
  { policy, rule, watched }: SignInTerms,
  reason?: Reason,
): AuditDetail<'hook_decided'> {
  const byRules = { application: application ?? undefined, rule: rule?.name, watched: watched ?? undefined };
  if (decision.outcome !== 'unverified') {
    // Both name the same rule. The order of the fields is that of the audit trail.
    const { rule: _, ...passed } = decision;
    return { hook, ...passed, ...byRules };
  }
  const { outcome, fallback } = decision;
  const enforced = policy[reason === 'state_unavailable' ? 'whenUnavailable' : 'whenUnverified'];
  const wouldHave = policy.mode === 'shadow' ? enforced : undefined;
  return { hook, outcome, fallback, wouldHave, reason, ...byRules };
}

async function record(
  about: ConnectedSubject,
  detail: AuditDetail<'hook_decided'>,
  { audit }: Ports<'audit'>,
): Promise<void> {
  await audit.append({ action: 'hook_decided', ...toSubjectRef(about), detail });
}

async function readDecision(key: string, { state }: Ports<'state'>): Promise<HookDecision | null> {
  const found = await state.read(key);
  return found === null ? null : hookDecisionGuard.parse(found.value);
}
