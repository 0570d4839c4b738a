import type { Ports } from '../core/deps.js';
import { type AttemptScope, attemptsOf, attemptsOfToken } from '../core/limits/attempts.js';
import { consumeLimit } from '../core/limits/limits.js';
import { countAttempt } from '../core/limits/lockout.js';
import {
  type Binding,
  type LivenessFinding,
  livenessBoundary,
  type Score,
  type Verdict,
  type VerifyRequest,
} from '../core/ports.js';
import type { SealedToken } from '../core/secrets.js';
import { type EpochMs, toIso } from '../core/units.js';
import { identifyIfToken, isDenied, isExpired } from '../enrolment/deny-list.js';
import type { PhotoGuard } from '../enrolment/earlier-frames.js';
import { FaceError, type FaceErrorCode, isOneOf, toCode } from '../errors.js';

type Needed = Ports<'state' | 'clock' | 'audit' | 'verifier' | 'settings'>;

/**
 * Verifies live photos against a token that a backend stores. A mismatch is returned as a verdict; errors of the token
 * are thrown.
 * @throws `token_malformed`, `token_expired`, `token_revoked`, `token_key_retired`, `photo_replayed`, `locked_out`, the codes of
 * `Verifier`
 */
export async function verifyToken(request: VerifyRequest, guard: PhotoGuard, deps: Needed): Promise<Verdict> {
  const check = (asked: VerifyRequest) => guard(asked, (each) => deps.verifier.verify(each));
  return attemptCheck(request, check, toldToBackend, deps);
}

export async function scoreToken(request: VerifyRequest, guard: PhotoGuard, deps: Needed): Promise<Score> {
  const check = (asked: VerifyRequest) => guard(asked, (each) => deps.verifier.score(each));
  return attemptCheck(request, check, toldToBackend, deps);
}

export interface CheckRules {
  /** Result of the liveness judgment, which must pass. `null` if none is required. */
  readonly judged: Promise<LivenessFinding> | null;
  readonly guard: PhotoGuard;
  /** Address of an anonymous caller, whose failures do not lock out the user. Otherwise `null`. */
  readonly anonymousSource: string | null;
  /** True if the directory does not return the enrolment that this server knows of. Then nothing is compared or counted. */
  readonly isLost: boolean;
  /** What a failure counts against. */
  readonly countsAs: AttemptScope;
  readonly application: string | null;
  readonly stepUp: { readonly id: string; readonly startedAt: EpochMs; readonly reference: string | null } | null;
  /** Returns true if a rule refuses the person whom the face has proven. Absent if none applies. */
  readonly isRefused?: (() => Promise<boolean>) | undefined;
}

/** Refusals that would reveal an enrolment or details of the comparison. They are reported as a mismatch. */
const mismatchCodes = [
  'token_malformed',
  'token_expired',
  'token_revoked',
  'token_key_retired',
  'liveness_low',
  'photo_replayed',
  // Error of the hosted API for an unreadable token.
  'request_malformed',
] as const satisfies readonly FaceErrorCode[];

export type PersonVerdict =
  | (Pick<Verdict, 'liveness' | 'renewed'> & { readonly matched: true })
  /** `isRefusedByRule`: the face matched, and a rule refuses the person whom it has proven. */
  | { readonly matched: false; readonly isRefusedByRule: boolean };

/**
 * Verifies a person in front of a camera. A wrong face, a missing enrolment, an unusable token and missing liveness get
 * the same answer after the same work, and count as a failed attempt.
 * @throws `locked_out`, `enrolment_lost`, the codes of `Verifier`
 */
export async function verifyPerson(
  request: VerifyRequest,
  { judged, guard, anonymousSource, isLost, countsAs, application, stepUp, isRefused }: CheckRules,
  deps: Needed,
): Promise<PersonVerdict> {
  const judgedLive = judged?.then(({ pass }) => pass);
  // Prevents an unhandled rejection if a lockout ends the check before liveness is judged.
  judgedLive?.catch(() => null);
  const check = async (asked: VerifyRequest): Promise<Verdict> => {
    const verified = deps.verifier.verify({ ...asked, judgedLive });
    // Verifier and judge must both have released the photos before this returns.
    await Promise.allSettled([verified, judged]);
    const [verdict, finding] = await Promise.all([verified, judged]);
    const isLow = asked.requireLiveness && (verdict.liveness ?? 0) < livenessBoundary;
    if (isLow || finding?.pass === false) throw new FaceError('liveness_low');
    return verdict;
  };
  const findRefusal = async () => ((await isRefused?.()) ? 'refused_by_rule' : null);
  try {
    const attempted = { tellsAtOnce: false, anonymousSource, isLost, countsAs, application, stepUp, findRefusal };
    const verdict = await attemptCheck(request, (asked) => guard(asked, check), attempted, deps);
    if (verdict === 'refused_by_rule') return { matched: false, isRefusedByRule: true };
    const { matched, liveness, renewed } = verdict;
    return matched ? { matched, liveness, renewed } : { matched, isRefusedByRule: false };
  } catch (error) {
    if (!isOneOf(mismatchCodes, toCode(error))) throw error;
    return { matched: false, isRefusedByRule: false };
  }
}

/**
 * Counts an attempt in which no live person was seen, so that there is no face to compare.
 * @throws `locked_out`
 */
export async function refuseUnseenPerson(
  { token, binding }: Pick<VerifyRequest, 'token' | 'binding'>,
  { anonymousSource, countsAs, application, stepUp }: Omit<CheckRules, 'judged' | 'guard' | 'isLost' | 'isRefused'>,
  deps: Needed,
): Promise<void> {
  const request = { token, binding };
  const refuse = async (): Promise<Verdict> => {
    throw new FaceError('liveness_low');
  };
  const attempted = { tellsAtOnce: false, anonymousSource, countsAs, application, stepUp };
  await attemptCheck(request, refuse, attempted, deps).catch((error: unknown) => {
    if (!isOneOf(mismatchCodes, toCode(error))) throw error;
  });
}

interface AttemptRules<Refused> extends Pick<CheckRules, 'anonymousSource' | 'countsAs' | 'application' | 'stepUp'> {
  readonly tellsAtOnce: boolean;
  readonly isLost?: boolean;
  /** Returns why a matching face is refused, or `null`. */
  readonly findRefusal?: () => Promise<Refused | null>;
}

const toldToBackend: AttemptRules<never> = {
  tellsAtOnce: true,
  anonymousSource: null,
  countsAs: 'sign_in',
  application: null,
  stepUp: null,
};

/** Runs a check as one attempt: inspects the token, counts the attempt against its limits, and records the outcome. */
async function attemptCheck<
  T extends { readonly matched: boolean },
  Refused,
  Request extends Pick<VerifyRequest, 'token' | 'binding'>,
>(
  request: Request,
  check: (asked: Request) => Promise<T>,
  { tellsAtOnce, anonymousSource, isLost, countsAs, application: asker, stepUp, findRefusal }: AttemptRules<Refused>,
  deps: Needed,
): Promise<T | Refused> {
  const { token, binding } = request;
  const { tenant: connection, subject } = binding;
  const about = { application: asker ?? undefined, stepUpId: stepUp?.id, reference: stepUp?.reference ?? undefined };
  try {
    if (isLost) throw new FaceError('enrolment_lost');
    const { parsed, tokenId, unusable } = token === null ? noToken : await inspectToken(token, deps);
    if (unusable !== null && tellsAtOnce) throw new FaceError(unusable);
    const isKeptByCaller = binding.subject === '' && token !== null;
    const verdict = await countAttempt(
      isKeptByCaller ? attemptsOfToken(tokenId ?? '') : attemptsOf(binding, anonymousSource, countsAs),
      async () => {
        const result = await check({ ...request, token: unusable === null ? parsed : null }).catch(async (error) => {
          // Otherwise, unclear faces would be guesses that nothing bounds.
          if (toCode(error) === 'face_unclear')
            await consumeLimit('unclearOfPerson', unclearOf(binding, tokenId, anonymousSource), deps);
          throw error;
        });
        if (unusable !== null) throw new FaceError(unusable);
        return { succeeded: result.matched, result };
      },
      deps,
      async ({ kind, level, until }) => {
        // Failures of anonymous callers do not indicate a compromised account.
        if (kind !== 'subject' || subject === '') return;
        await deps.audit.append({ action: 'locked_out', connection, subject, detail: { level, until: toIso(until) } });
      },
    );
    // The token may have been revoked during the comparison.
    if (verdict.matched && tokenId !== null && (await isDenied(tokenId, deps))) throw new FaceError('token_revoked');
    const who = { connection, subject };
    // Before the match is recorded and reported as a passed check.
    const refused = verdict.matched ? ((await findRefusal?.()) ?? null) : null;
    if (refused !== null) {
      await deps.audit.append({
        action: 'verification_refused',
        ...who,
        detail: { code: 'face_not_verified', ...about },
      });
      return refused;
    }
    if (verdict.matched) {
      const seconds = stepUp === null ? undefined : Math.round((deps.clock.now() - stepUp.startedAt) / 1000);
      await deps.audit.append({ action: 'verified', ...who, detail: { tokenId, ...about, seconds } });
    } else await deps.audit.append({ action: 'verification_refused', ...who, detail: { tokenId, ...about } });
    return verdict;
  } catch (error) {
    const detail = { code: toCode(error), ...about };
    await deps.audit.append({ action: 'verification_refused', connection, subject, detail });
    throw error;
  }
}

/** Returns whose unclear faces are limited together. Those of anonymous callers do not use up the person's own limit. */
const unclearOf = ({ tenant, subject }: Binding, tokenId: string | null, anonymousSource: string | null): string =>
  JSON.stringify([tenant, subject === '' ? tokenId : subject, anonymousSource === null]);

interface TokenInspection {
  /** `null` if there is none, or it is malformed. */
  readonly parsed: SealedToken | null;
  readonly tokenId: string | null;
  /** Why the token cannot be used, or `null` if the face decides. */
  readonly unusable: 'token_malformed' | 'token_expired' | 'token_revoked' | null;
}

const noToken: TokenInspection = { parsed: null, tokenId: null, unusable: null };

async function inspectToken(token: SealedToken, deps: Ports<'state' | 'clock' | 'verifier'>): Promise<TokenInspection> {
  const identified = identifyIfToken(token, deps);
  if (identified === null) return { parsed: null, tokenId: null, unusable: 'token_malformed' };
  const { tokenId } = identified;
  const isRevoked = await isDenied(tokenId, deps);
  return {
    parsed: identified.token,
    tokenId,
    unusable: isExpired(identified, deps) ? 'token_expired' : isRevoked ? 'token_revoked' : null,
  };
}
