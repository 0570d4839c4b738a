import type { KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import type { Proof } from '../../adapters/openid-client.js';
import { digestOf } from '../core/digest.js';
import type { State } from '../core/ports.js';
import { oidcErrors } from './library.js';
import { paramsOf } from './requested-claims.js';

/** The browser goes on with the sign-in that this very request has begun: no error, but the end of this visit. */
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

/** What a proof was used for: one interaction of the library, and the request that began it. */
const useGuard = z.object({ uid: z.string(), request: z.string() });

/** Keeps what is good for one sign-in. Whatever it is asked about throws where it was used for another. */
export interface SingleUse {
  /** @returns throws `GoOn` where this request has a sign-in under way, `AccessDenied` where the proof was used */
  check(proof: Proof, context: KoaContextWithOIDC): Promise<void>;
  /** Uses it for the interaction of that id. Of two requests at once one has it. @returns throws as `check` */
  take(proof: Proof, context: KoaContextWithOIDC, uid: string): Promise<void>;
}

/**
 * A form that a browser sends again leads to the sign-in that it began, where only the browser it belongs to gets further.
 * One with the same proof that asks anything else does not, and nothing does once that sign-in has ended.
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
    // What an earlier version kept names no sign-in.
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
