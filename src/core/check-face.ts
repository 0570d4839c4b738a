import { FaceError, toCode } from '../errors.js';
import type { Photo, SealedToken, UserSecret } from './concealed.js';
import { bindingOf, type Connection } from './connection.js';
import { denyToken, isDenied } from './deny-list.js';
import type { CoreDeps } from './deps.js';
import type { Accuracy, Binding, LivenessFinding, Verdict } from './ports.js';
import { verifyToken } from './verify.js';

/** A token that the caller keeps and no profile holds, and what it is bound to. */
export interface KeptToken {
  readonly token: SealedToken;
  readonly binding: Binding;
}

/**
 * Holds photos against the token in a subject's profile, or against one that somebody keeps, and stores a token that was
 * sealed anew on the way.
 * @param request.connection - `undefined` only with a kept token
 * @throws FaceError `connection_unknown`, `profile_unavailable`, and as `verifyToken`
 */
export async function checkFace(
  request: {
    readonly connection: Connection | undefined;
    readonly subject: string;
    readonly kept: KeptToken | null;
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
    /** As `verifyToken` takes them. */
    readonly judged: Promise<LivenessFinding> | null;
    readonly outsider: string | null;
  },
  deps: CoreDeps,
): Promise<{ verdict: Verdict; accuracy: Accuracy }> {
  const { connection, subject, kept, photos, secret, ...rules } = request;
  const requireLiveness = connection?.policy.liveness === 'passive';
  if (kept !== null) {
    const { token, binding } = kept;
    const request = { photos, token, binding, secret, requireLiveness, allowRenewal: false };
    return { verdict: forgetKeys(await verifyToken(request, deps, rules)), accuracy: binding.accuracy };
  }
  if (connection === undefined) throw new FaceError('connection_unknown');
  const token = await readTokenIfAny(connection, subject);
  const binding = bindingOf(connection, subject);
  const verdict = await verifyToken(
    { photos, token, binding, secret, requireLiveness, allowRenewal: true },
    deps,
    rules,
  );
  if (verdict.matched && verdict.renewed !== null && token !== null) {
    await renewToken({ connection, subject, former: token, token: verdict.renewed.token }, deps);
  }
  return { verdict: forgetKeys(verdict), accuracy: binding.accuracy };
}

/** A step-up says who is there, and releases nothing. */
function forgetKeys(verdict: Verdict): Verdict {
  verdict.contentKey?.wipe();
  verdict.renewed?.contentKey?.wipe();
  return verdict;
}

/**
 * Puts a token sealed anew in place of the one that matched, unless that was revoked while the check ran. A renewal that
 * cannot be stored waits for the next check: the old token still opens.
 */
async function renewToken(
  change: { readonly connection: Connection; readonly subject: string; former: SealedToken; token: SealedToken },
  deps: CoreDeps,
): Promise<void> {
  const { connection, subject, former, token } = change;
  const { tokenId } = deps.verifier.identify(former);
  try {
    await connection.profile.writeToken(subject, token);
    // A revocation denies the token before it clears the attribute: one that this write came after shows here.
    if (await isDenied(tokenId, deps)) {
      await denyToken(token, deps);
      await connection.profile.clearToken(subject);
    } else await denyToken(former, deps);
  } catch (error) {
    deps.log.warn('renewed token not stored', { connection: change.connection.id, code: toCode(error) });
  }
}

/** To the person in front of the camera an unknown user, an unenrolled one and a wrong face are one thing. */
async function readTokenIfAny(connection: Connection, subject: string): Promise<SealedToken | null> {
  try {
    return await connection.profile.readToken(subject);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'subject_unknown') return null;
    throw error;
  }
}
