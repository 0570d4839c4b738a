import { FaceError, toCode } from '../errors.js';
import type { SealedToken } from './concealed.js';
import { isDenied } from './deny-list.js';
import type { CoreDeps } from './deps.js';
import { countAgainst } from './limits.js';
import { attemptsOfSubject, attemptsOfToken, countAttempt } from './lockout.js';
import {
  type Binding,
  type LivenessFinding,
  livenessBoundary,
  type Score,
  type Verdict,
  type VerifyRequest,
} from './ports.js';
import { toEpochMs } from './units.js';

/**
 * Holds live photos against a token. A face that does not match is a verdict, not an error.
 * @throws FaceError `token_malformed`, `token_expired`, `token_revoked`, `token_key_retired`, `liveness_low`,
 *   `locked_out`, and the codes of `Verifier` for pictures
 */
export async function verifyToken(
  request: VerifyRequest,
  deps: CoreDeps,
  { judged, outsider }: CheckRules = byWhoeverIsKnown,
): Promise<Verdict> {
  const check = async (): Promise<Verdict> => {
    const [verdict, finding] = await Promise.all([deps.verifier.verify(request), judged]);
    // Said before the match is, and counted as a failure: a printed photo of the right person learns nothing.
    const isLow = request.requireLiveness && (verdict.liveness ?? 0) < livenessBoundary;
    if (isLow || finding?.pass === false) {
      verdict.contentKey?.wipe();
      verdict.renewed?.contentKey?.wipe();
      throw new FaceError('liveness_low');
    }
    return verdict;
  };
  return attemptCheck(request, check, deps, outsider);
}

/** What else decides about a check. */
export interface CheckRules {
  /** Settles beside the check, which fails where it is not live; `null` where nobody judges. */
  readonly judged: Promise<LivenessFinding> | null;
  /** Where it comes from, where nobody vouches for the person: such failures lock that address out, not the user. */
  readonly outsider: string | null;
}

const byWhoeverIsKnown: CheckRules = { judged: null, outsider: null };

/**
 * As `verifyToken`, with the similarity of a match.
 * @throws FaceError as `verifyToken`
 */
export async function scoreToken(request: VerifyRequest, deps: CoreDeps): Promise<Score> {
  return attemptCheck(request, () => deps.verifier.score(request), deps);
}

async function attemptCheck<T extends { readonly matched: boolean }>(
  request: VerifyRequest,
  check: () => Promise<T>,
  deps: CoreDeps,
  outsider: string | null = null,
): Promise<T> {
  const { token, binding, photos } = request;
  try {
    if (outsider !== null) {
      await countAgainst('outsiderChecks', outsider, deps);
      await countAgainst('outsiderChecksOfConnection', binding.tenant, deps);
    }
    const tokenId = token === null ? null : await checkUsable(token, deps);
    const isKeptByCaller = binding.subject === '' && tokenId !== null;
    const verdict = await countAttempt(
      isKeptByCaller ? attemptsOfToken(tokenId) : attemptsOfSubject(binding, outsider),
      async () => {
        const result = await check();
        return { succeeded: result.matched, result };
      },
      deps,
    );
    // A revocation may have come while the face was looked at: from then on nothing passes.
    if (verdict.matched && tokenId !== null && (await isDenied(tokenId, deps))) throw new FaceError('token_revoked');
    await record(verdict.matched, binding, { tokenId }, deps);
    return verdict;
  } catch (error) {
    await record(false, binding, { code: toCode(error) }, deps);
    throw error;
  } finally {
    for (const photo of photos) photo.wipe();
  }
}

async function checkUsable(token: SealedToken, { verifier, state, clock }: CoreDeps): Promise<string> {
  const { tokenId, expiresAt } = verifier.identify(token);
  if (expiresAt !== null && toEpochMs(expiresAt) <= clock.now()) throw new FaceError('token_expired');
  if (await isDenied(tokenId, { state })) throw new FaceError('token_revoked');
  return tokenId;
}

async function record(
  matched: boolean,
  { tenant: connection, subject }: Binding,
  detail: { tokenId: string | null } | { code: string },
  { audit }: CoreDeps,
): Promise<void> {
  await audit.append({ action: matched ? 'verified' : 'verification_refused', connection, subject, detail });
}
