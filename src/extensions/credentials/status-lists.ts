import { deflateSync } from 'node:zlib';
import { z } from 'zod';
import { changeStored, type FoundRecord, mayHaveBeenLost, readStored } from '../../core/change-stored.js';
import type { Connection } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { createKeptValues } from '../../core/kept-values.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay, toEpochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';

/*
 * Status of credentials (Token Status List). Each credential has one bit at a random index, so that a fetch of the list
 * does not reveal whose status is checked.
 */

/** A power of two, so that a random index is unbiased. */
const entriesOfList = 16_384;

/** Once half of the entries are used, a new list is started. */
const mostTaken = entriesOfList / 2;

/** Seconds for which a list is kept after the expiry of its last credential, because clocks differ. */
const keptAfterSec = secondsPerDay;

const bitsGuard = z.base64().refine((text) => Buffer.from(text, 'base64').length === entriesOfList / 8);

const listGuard = z.object({
  madeAt: epochMsGuard,
  taken: bitsGuard,
  ended: bitsGuard,
  count: z.int(),
  until: epochMsGuard,
});
type ListRecord = z.output<typeof listGuard>;

const currentGuard = z.object({ list: z.string() });

export interface StatusEntry {
  readonly list: string;
  /** Position in the list, from 0 to 16,383. */
  readonly index: number;
}

const toStored = (connection: string, list: string) => ({
  key: `credential-status:${connection}:${list}`,
  guard: listGuard,
  expiresAt: ({ until }: ListRecord): EpochMs => addSec(until, keptAfterSec),
});

const currentOf = (connection: string) => ({
  key: `credential-status-current:${connection}`,
  guard: currentGuard,
  expiresAt: () => null,
});

/** The lowest bit of a byte comes first, by the specification. */
const hasBit = (bits: Uint8Array, index: number): boolean => (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;

function withBits(text: string, indexes: readonly number[]): string {
  const bits = Buffer.from(text, 'base64');
  for (const index of indexes) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  return bits.toString('base64');
}

/** Returns true if the store has lost data since the list was created, so that the list may lack revocations. */
const isLost = ({ madeAt }: ListRecord, deps: Ports<'state'>): Promise<boolean> =>
  mayHaveBeenLost(toEpochSec(madeAt), deps);

const maxContentions = 20;

export async function takeEntry(
  { connection, until }: { readonly connection: string; readonly until: EpochMs },
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<StatusEntry> {
  const current = currentOf(connection);
  for (let rounds = 0; rounds < maxContentions; rounds += 1) {
    const found = await readStored(current, deps);
    const index = found === null ? null : await takeFrom({ connection, list: found.record.list, until }, deps);
    if (found !== null && index !== null) return { list: found.record.list, index };
    await beginList(connection, found, deps);
  }
  throw new FaceError('state_unavailable', { reason: 'contended' });
}

async function takeFrom(
  { connection, list, until }: { readonly connection: string; readonly list: string; readonly until: EpochMs },
  deps: Ports<'state' | 'random'>,
): Promise<number | null> {
  const stored = toStored(connection, list);
  const found = await readStored(stored, deps);
  if (found === null || (await isLost(found.record, deps))) return null;
  let index: number | null = null;
  await changeStored(
    stored,
    (former) => {
      index = former === null || former.count >= mostTaken ? null : drawFree(former, deps);
      if (former === null || index === null) return former;
      const taken = withBits(former.taken, [index]);
      return { ...former, taken, count: former.count + 1, until: epochMs(Math.max(former.until, until)) };
    },
    deps,
    found,
  );
  return index;
}

function drawFree({ taken }: ListRecord, { random }: Ports<'random'>): number {
  const bits = Buffer.from(taken, 'base64');
  for (;;) {
    const index = Buffer.from(random(2)).readUInt16BE() % entriesOfList;
    if (!hasBit(bits, index)) return index;
  }
}

async function beginList(
  connection: string,
  found: FoundRecord<{ list: string }> | null,
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<void> {
  const list = Buffer.from(deps.random(16)).toString('base64url');
  const madeAt = deps.clock.now();
  const none = Buffer.alloc(entriesOfList / 8).toString('base64');
  const record = { madeAt, taken: none, ended: none, count: 0, until: madeAt };
  const { key, expiresAt } = toStored(connection, list);
  await deps.state.write(key, record, { when: 'absent', expiresAt: expiresAt(record) });
  const when = found === null ? 'absent' : { revision: found.revision };
  await deps.state.write(currentOf(connection).key, { list }, { when, expiresAt: null });
}

/** Sets the status of a credential to revoked. Idempotent. */
export async function endEntry(connection: string, { list, index }: StatusEntry, deps: Ports<'state'>): Promise<void> {
  await changeStored(
    toStored(connection, list),
    (former) => (former === null ? former : { ...former, ended: withBits(former.ended, [index]) }),
    deps,
  );
}

export interface StatusList {
  /** One bit per credential, lowest bit first. A set bit means revoked. */
  readonly ended: Uint8Array;
  readonly revision: number;
}

/** @returns `null` if the list is unknown or no longer valid */
export async function readStatusList(
  connection: string,
  list: string,
  deps: Ports<'state'>,
): Promise<StatusList | null> {
  const found = await readStored(toStored(connection, list), deps);
  if (found === null || (await isLost(found.record, deps))) return null;
  return { ended: Buffer.from(found.record.ended, 'base64'), revision: found.revision };
}

/** Seconds for which verifiers may cache a list. */
export const statusTtlSec = 300;

const lifeSec = 3600;

/** Seconds for which a signed list is reused, because anyone may request lists and signatures are expensive. */
const signedForSec = 60;
const mostSigned = 1000;

export const statusAddressOf = (issuer: string, list: string): string => `${issuer}/status/${list}`;

interface StatusIssuer {
  readonly issuer: string;
  readonly connection: Connection;
}

/** Creates the signed status lists of all connections (Token Status List, section 5.1). */
export function createStatusLists(deps: Ports<'state' | 'clock' | 'signer'>) {
  const signed = createKeptValues<string>({ lifeSec: signedForSec, most: mostSigned }, deps);

  /** @throws `not_found`, also if the store has lost the list */
  return async ({ issuer, connection }: StatusIssuer, list: string): Promise<string> => {
    const found = await readStatusList(connection.id, list, deps);
    if (found === null) throw new FaceError('not_found');
    const now = deps.clock.now();
    const key = `${connection.id}:${list}:${found.revision}`;
    const kept = signed.read(key);
    if (kept !== undefined) return kept;
    const jws = await deps.signer.sign('statuslist+jwt', {
      sub: statusAddressOf(issuer, list),
      iat: toEpochSec(now),
      exp: toEpochSec(addSec(now, lifeSec)),
      ttl: statusTtlSec,
      status_list: { bits: 1, lst: deflateSync(found.ended, { level: 9 }).toString('base64url') },
    });
    signed.write(key, jws);
    return jws;
  };
}
