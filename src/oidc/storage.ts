import { decodeJwt } from 'jose';
import type { Adapter, AdapterPayload, KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import type { Proof } from '../connections/openid-client.js';
import { mayHaveBeenLost } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import type { Clock, State } from '../core/ports.js';
import { digestOf } from '../core/secrets.js';
import { addSec, epochSec, toEpochMs, toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { paramsOf } from './asked.js';
import { oidcErrors } from './library.js';

/** Maximum age of a signed request in seconds, and tolerance for client clocks that are ahead. */
const signedLifeSec = 600;

const timesGuard = z.object({ iat: z.number().optional(), exp: z.number().optional() });

/**
 * Returns true if a signed request object (RFC 9101) is fresh and used for the first time. A replayed object is no
 * error, but counts as unsigned. Uses are stored by a digest of the content, because one signature has several
 * encodings.
 * @param name - connection and client that sent it
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
    const use = useGuard.parse(found.value);
    if (use.request !== requestOf(context)) throw toUsed();
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

/** Tolerance in seconds for clocks that differ. */
export const clockToleranceSec = 15;

const recordGuard = z.object({ payload: z.string(), consumedAt: z.number().nullable() }).nullable();

const codeUsedTwice = () => new oidcErrors.InvalidGrant('authorization code already consumed');

/** Error for a second use, by kind of item. Authorization codes are the default. */
const usedTwice: Readonly<Record<string, () => Error>> = {
  DeviceCode: () => new oidcErrors.InvalidGrant('device code already consumed'),
  PreAuthorizedCode: () => new oidcErrors.InvalidGrant('pre-authorized code already consumed'),
  PushedAuthorizationRequest: () => new oidcErrors.InvalidRequestUri('request_uri was already used'),
};

const isKept: Record<string, boolean> = {
  Interaction: true,
  Grant: true,
  AuthorizationCode: true,
  AccessToken: true,
  PreAuthorizedCode: true,
  PushedAuthorizationRequest: true,
  ReplayDetection: true,
  DeviceCode: true,
};

/**
 * Creates the library's storage. Codes and tokens are stored by digest. Compare-and-set ensures that single-use items
 * are consumed once. Sessions are not stored. Revocation deletes the grant, without which its tokens are invalid.
 */
export function createStorage(connection: string, deps: { state: State; clock: Clock }): (model: string) => Adapter {
  return (model) => (isKept[model] === true ? createKept(`oidc:${connection}:${model}`, model, deps) : forgetful);
}

const forgetful: Adapter = {
  async upsert() {},
  async find() {},
  async findByUid() {},
  async findByUserCode() {},
  async consume() {},
  async destroy() {},
  async revokeByGrantId() {},
};

function createKept(prefix: string, model: string, { state, clock }: { state: State; clock: Clock }): Adapter {
  const keyOf = (id: string): string => `${prefix}:${digestOf(id).toString('base64url')}`;
  const endOf = (lifeSec: number) => addSec(clock.now(), lifeSec + clockToleranceSec);

  const read = async (id: string) => {
    const found = await state.read(keyOf(id));
    const record = found === null ? null : recordGuard.parse(found.value);
    return found === null || record === null ? null : { record, revision: found.revision };
  };

  return {
    ...forgetful,
    async upsert(id, { jti: _, ...payload }, expiresIn) {
      if (expiresIn === undefined) throw new FaceError('internal', 'a record without an end');
      const record = { payload: JSON.stringify(payload), consumedAt: null };
      // A copy of the same client assertion may arrive at the same time.
      const when = model === 'ReplayDetection' ? 'absent' : 'any';
      // Anyone can start an interaction, and can start it again after a power failure.
      const relaxedDurability = model === 'Interaction';
      const isWritten = await state.write(keyOf(id), record, { when, expiresAt: endOf(expiresIn), relaxedDurability });
      if (!isWritten) throw new oidcErrors.InvalidClientAuth('assertion was already used');
    },
    async find(id) {
      const found = await read(id);
      if (found === null) return undefined;
      const { payload, consumedAt } = found.record;
      const stored: AdapterPayload = JSON.parse(payload);
      return { ...stored, jti: id, consumed: consumedAt ?? undefined };
    },
    async consume(id) {
      const refuse = usedTwice[model] ?? codeUsedTwice;
      const found = await read(id);
      if (found === null || found.record.consumedAt !== null) throw refuse();
      const consumed = { ...found.record, consumedAt: toEpochSec(clock.now()) };
      // The record is kept for as long as the item could be replayed.
      const expiresAt = endOf(secondUseSec);
      if (!(await state.write(keyOf(id), consumed, { when: { revision: found.revision }, expiresAt }))) throw refuse();
    },
    async destroy(id) {
      if (model !== 'Interaction') return state.delete(keyOf(id));
      // Of several concurrent requests, one continues.
      const found = await read(id);
      const isTaken =
        found !== null &&
        (await state.write(keyOf(id), null, { when: { revision: found.revision }, expiresAt: endOf(0) }));
      if (!isTaken) throw new oidcErrors.SessionNotFound('interaction has ended');
    },
  };
}

const secondUseSec = 600;
