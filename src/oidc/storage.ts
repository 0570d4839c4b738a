import type { Adapter, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import { digestOf } from '../core/digest.js';
import type { Clock, State } from '../core/ports.js';
import { addSec, toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { oidcErrors } from './library.js';

/** The library takes what it stored for valid for this much longer, as clocks differ. */
export const clockToleranceSec = 15;

const recordGuard = z.object({ payload: z.string(), consumedAt: z.number().nullable() }).nullable();

const codeUsedTwice = () => new oidcErrors.InvalidGrant('authorization code already consumed');

/** What a second use of the other kinds is answered with. */
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
 * The library's records in our state. Codes and tokens are stored under their digest and not in their own text; what is
 * single-use is consumed with compare-and-swap. Sessions are not kept: each authorization is a face check of its own.
 * Tokens need no index by grant: revoking removes the grant, and without it none of its tokens is taken.
 * @param connection - the id of a connection, whose records are apart from those of others
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
      // Somebody who copied an assertion sends it at the same moment as its owner: one of them is late.
      const when = model === 'ReplayDetection' ? 'absent' : 'any';
      // Anybody can begin an interaction, so it must not cost a wait for the disk: after a power cut people begin anew.
      const mayBeLost = model === 'Interaction';
      const isWritten = await state.write(keyOf(id), record, { when, expiresAt: endOf(expiresIn), mayBeLost });
      if (!isWritten) throw new oidcErrors.InvalidClientAuth('assertion was used already');
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
      // Kept until nobody can bring it any more, so that a second use is noticed.
      const expiresAt = endOf(secondUseSec);
      if (!(await state.write(keyOf(id), consumed, { when: { revision: found.revision }, expiresAt }))) throw refuse();
    },
    async destroy(id) {
      if (model !== 'Interaction') return state.delete(keyOf(id));
      // The end of an interaction: of two requests that come with it at once, one goes on to its answer.
      const found = await read(id);
      const isTaken =
        found !== null &&
        (await state.write(keyOf(id), null, { when: { revision: found.revision }, expiresAt: endOf(0) }));
      if (!isTaken) throw new oidcErrors.SessionNotFound('interaction has ended');
    },
  };
}

const secondUseSec = 600;
