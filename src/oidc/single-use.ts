import { decodeJwt } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import type { Proof } from '../connections/openid-client.js';
import { mayHaveBeenLost } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { digestOf } from '../core/digest.js';
import type { State } from '../core/ports.js';
import { addSec, epochSec, toEpochMs } from '../core/units.js';
import { paramsOf } from './asked.js';
import { oidcErrors } from './library.js';

/** Maximum age of a signed request in seconds, and tolerance for client clocks that are ahead. */
const signedLifeSec = 600;

const timesGuard = z.object({ iat: z.number().optional(), exp: z.number().optional() });

/**
 * Returns true if a signed request object (RFC 9101) is fresh and used for the first time. A replayed object is no
 * error, but counts as unsigned. Uses are stored by a digest of the content, because one signature has several
 * encodings.
 */
export async function takeSignedRequest(
  object: string,
  name: string,
  { clock, state }: Ports<'state' | 'clock'>,
): Promise<boolean> {
  const { iat, exp } = timesGuard.parse(decodeJwt(object));
  const signedAtSec = iat ?? (exp === undefined ? null : exp - signedLifeSec);
  if (signedAtSec === null) return false;
  const signedAt = toEpochMs(epochSec(signedAtSec));
  if (Math.abs(clock.now() - signedAt) > signedLifeSec * 1000) return false;
  if (await mayHaveBeenLost(epochSec(signedAtSec), { state })) return false;
  const digest = digestOf(object.slice(0, object.lastIndexOf('.'))).toString('base64url');
  // Twice the maximum age, because the clocks of replicas differ.
  const used = { when: 'absent', expiresAt: addSec(signedAt, 2 * signedLifeSec) } as const;
  return state.write(`signed-request:${name}:${digest}`, true, used);
}

/** Redirects to the running sign-in. It is thrown as an error, so that the library stops processing. */
export class ResumeSignIn extends oidcErrors.InvalidRequest {
  override readonly allow_redirect = false;

  constructor(readonly location: string) {
    super('the sign-in is under way');
  }

  answer(context: KoaContextWithOIDC): void {
    context.status = 303;
    context.redirect(this.location);
  }
}

const useGuard = z.object({ uid: z.string(), request: z.string() });

export interface SingleUse {
  /**
   * @returns throws `ResumeSignIn` if the sign-in of this proof is running, or `AccessDenied` if the proof was used otherwise
   */
  check(proof: Proof, context: KoaContextWithOIDC): Promise<void>;
  /** Consumes a proof. Of several concurrent requests, one succeeds. @returns throws as `check` */
  take(proof: Proof, context: KoaContextWithOIDC, uid: string): Promise<void>;
}

/**
 * Creates the store of used proofs. If the browser submits the same form again, it is redirected to the running
 * sign-in. A proof is refused if the rest of the form differs, or if its sign-in has ended.
 */
export function createSingleUse({
  state,
  interactionUrl,
}: {
  readonly state: State;
  interactionUrl(uid: string): string;
}): SingleUse {
  const toUsed = () => new oidcErrors.AccessDenied('id_token_hint is not accepted', { cause: new Error('used') });
  const requestOf = ({ oidc }: KoaContextWithOIDC): string =>
    digestOf(JSON.stringify(Object.entries(paramsOf(oidc.params)).toSorted())).toString('base64url');

  const check: SingleUse['check'] = async ({ id }, context) => {
    const found = await state.read(id);
    if (found === null) return;
    // Records of earlier versions name no sign-in.
    const { data: use } = useGuard.safeParse(found.value);
    const isSame = use?.request === requestOf(context);
    if (use === undefined || !isSame) throw toUsed();
    const isUnderWay = (await context.oidc.provider.Interaction.find(use.uid)) !== undefined;
    throw isUnderWay ? new ResumeSignIn(interactionUrl(use.uid)) : toUsed();
  };

  return {
    check,
    async take(proof, context, uid) {
      const use = { uid, request: requestOf(context) };
      if (await state.write(proof.id, use, { when: 'absent', expiresAt: proof.expiresAt })) return;
      await check(proof, context);
      throw toUsed();
    },
  };
}
