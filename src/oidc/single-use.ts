import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import type { Proof } from '../../adapters/openid-client.js';
import { digestOf } from '../core/digest.js';
import type { State } from '../core/ports.js';
import { oidcErrors } from './library.js';
import { paramsOf } from './requested-claims.js';

/** Redirects the browser to the sign-in that this request has started: ends the visit without an error. */
export class GoOn extends oidcErrors.InvalidRequest {
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

/** Records single uses. Methods throw if the proof was used for another request. */
export interface SingleUse {
  /** @returns throws `GoOn` if this request has a running sign-in, `AccessDenied` if the proof was used */
  check(proof: Proof, context: KoaContextWithOIDC): Promise<void>;
  /** Consumes the proof for an interaction; of concurrent requests, one succeeds. @returns throws as `check` */
  take(proof: Proof, context: KoaContextWithOIDC, uid: string): Promise<void>;
}

/**
 * Creates the store. A resubmitted form leads to its running sign-in, usable only in its own browser. The same proof
 * with other content, or after the end, is refused.
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
    throw isUnderWay ? new GoOn(interactionUrl(use.uid)) : toUsed();
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
