import type { Adapter, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import { digestOf } from '../core/digest.js';
import type { Clock, State } from '../core/ports.js';
import { addSec, toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { oidcErrors } from './library.js';

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
      return { ...stored, jti: id, ...(consumedAt === null ? {} : { consumed: consumedAt }) };
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
