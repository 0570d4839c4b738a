import { FaceError, type FaceErrorCode, isOneOf, toCode } from '../errors.js';
import type { SealedToken } from './concealed.js';
import type { CoreDeps } from './deps.js';
import { identifyWhereSound, isDenied } from './enrolment/deny-list.js';
import { attemptsOf, attemptsOfToken } from './limits/attempts.js';
import { countAgainst } from './limits/limits.js';
import { countAttempt } from './limits/lockout.js';
import { type LivenessFinding, livenessBoundary, type Score, type Verdict, type VerifyRequest } from './ports.js';
import { toEpochMs, toIso } from './units.js';

/**
 * Holds live photos against a token, for a backend that keeps it. A face that does not match is a verdict, not an error;
 * what is wrong with the token is told at once.
 * @throws FaceError `token_malformed`, `token_expired`, `token_revoked`, `token_key_retired`, `locked_out`, and the codes of
 *   `Verifier` for pictures
 */
export async function verifyToken(request: VerifyRequest, deps: CoreDeps): Promise<Verdict> {
  return attemptCheck(request, (asked) => deps.verifier.verify(asked), toldToBackend, deps);
}

/**
 * As `verifyToken`, with the similarity of a match.
 * @throws FaceError as `verifyToken`
 */
export async function scoreToken(request: VerifyRequest, deps: CoreDeps): Promise<Score> {
  return attemptCheck(request, (asked) => deps.verifier.score(asked), toldToBackend, deps);
}

/** What else decides about a check of somebody in front of a camera. */
export interface CheckRules {
  /** Settles beside the check, which fails where it is not live; `null` where nobody judges. */
  readonly judged: Promise<LivenessFinding> | null;
  /** Where it comes from, where nobody vouches for the person: such failures lock out others like it, not the user. */
  readonly outsider: string | null;
  /** The host of the application that asked for it, for the record; `null`: of none. */
  readonly application: string | null;
}

/** Refusals that say something of what is enrolled, or of what was held against it: told as a face that does not match. */
const mismatchCodes = [
  'token_malformed',
  'token_expired',
  'token_revoked',
  'token_key_retired',
  'liveness_low',
  // What a service elsewhere says of a token it cannot read.
  'request_malformed',
] as const satisfies readonly FaceErrorCode[];

/**
 * Holds photos of somebody in front of a camera against the token that is kept of them. To them a wrong face, no
 * enrolment, a token that cannot be used and photos that do not look alive are one answer, after the same work, and each
 * counts as a failed attempt. Which it was stands in the audit trail.
 * @throws FaceError `locked_out`, and the codes of `Verifier` for pictures
 */
export async function verifyPerson(
  request: VerifyRequest,
  { judged, outsider, application }: CheckRules,
  deps: CoreDeps,
): Promise<Verdict> {
  const judgedLive = judged?.then(({ pass }) => pass);
  // Told where `judged` is awaited: who is locked out is not looked at.
  judgedLive?.catch(() => null);
  const rules = judgedLive === undefined ? {} : { judgedLive };
  const check = async (asked: VerifyRequest): Promise<Verdict> => {
    const verified = deps.verifier.verify({ ...asked, ...rules });
    // Both are done with the photos before anybody is told.
    await Promise.allSettled([verified, judged]);
    const [verdict, finding] = await Promise.all([verified, judged]);
    const isLow = asked.requireLiveness && (verdict.liveness ?? 0) < livenessBoundary;
    if (isLow || finding?.pass === false) throw new FaceError('liveness_low');
    return verdict;
  };
  try {
    return await attemptCheck(request, check, { tellsAtOnce: false, outsider, application }, deps);
  } catch (error) {
    if (!isOneOf(mismatchCodes, toCode(error))) throw error;
    return { matched: false, liveness: null, renewed: null };
  }
}

/** How an attempt is counted, and whether a token that cannot be used is told before the work, and uncounted. */
interface AttemptRules extends Pick<CheckRules, 'outsider' | 'application'> {
  readonly tellsAtOnce: boolean;
}

const toldToBackend: AttemptRules = { tellsAtOnce: true, outsider: null, application: null };

async function attemptCheck<T extends { readonly matched: boolean }>(
  request: VerifyRequest,
  check: (asked: VerifyRequest) => Promise<T>,
  { tellsAtOnce, outsider, application: asker }: AttemptRules,
  deps: CoreDeps,
): Promise<T> {
  const { token, binding } = request;
  const { tenant: connection, subject } = binding;
  const application = asker ?? undefined;
  try {
    if (outsider !== null) {
      await countAgainst('outsiderChecks', outsider, deps);
      await countAgainst('outsiderChecksOfConnection', binding.tenant, deps);
    }
    const { read, tokenId, unusable } = token === null ? noToken : await lookAt(token, deps);
    if (unusable !== null && tellsAtOnce) throw new FaceError(unusable);
    const isKeptByCaller = binding.subject === '' && token !== null;
    const verdict = await countAttempt(
      isKeptByCaller ? attemptsOfToken(tokenId ?? '') : attemptsOf(binding, outsider),
      async () => {
        const result = await check({ ...request, token: unusable === null ? read : null });
        if (unusable !== null) throw new FaceError(unusable);
        return { succeeded: result.matched, result };
      },
      deps,
      async ({ kind, level, until }) => {
        // Others who come for the person are no sign of who holds the account.
        if (kind !== 'subject' || subject === '') return;
        await deps.audit.append({ action: 'locked_out', connection, subject, detail: { level, until: toIso(until) } });
      },
    );
    // A revocation may have come while the face was looked at: from then on nothing passes.
    if (verdict.matched && tokenId !== null && (await isDenied(tokenId, deps))) throw new FaceError('token_revoked');
    const action = verdict.matched ? 'verified' : 'verification_refused';
    await deps.audit.append({ action, connection, subject, detail: { tokenId, application } });
    return verdict;
  } catch (error) {
    const detail = { code: toCode(error), application };
    await deps.audit.append({ action: 'verification_refused', connection, subject, detail });
    throw error;
  }
}

/** What can be told of a token before any face: its name, and why no face may open it. */
interface TokenLook {
  /** To be handed on; `null`: it cannot be read. */
  readonly read: SealedToken | null;
  /** `null`: it has none. */
  readonly tokenId: string | null;
  /** `null`: whether it opens the face decides. */
  readonly unusable: 'token_malformed' | 'token_expired' | 'token_revoked' | null;
}

const noToken: TokenLook = { read: null, tokenId: null, unusable: null };

async function lookAt(token: SealedToken, deps: CoreDeps): Promise<TokenLook> {
  const name = identifyWhereSound(token, deps);
  if (name === null) return { read: null, tokenId: null, unusable: 'token_malformed' };
  const { tokenId, expiresAt } = name;
  const isRevoked = await isDenied(tokenId, deps);
  const isExpired = expiresAt !== null && toEpochMs(expiresAt) <= deps.clock.now();
  return { read: name.token, tokenId, unusable: isExpired ? 'token_expired' : isRevoked ? 'token_revoked' : null };
}
