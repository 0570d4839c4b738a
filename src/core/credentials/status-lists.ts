import { z } from 'zod';
import { FaceError } from '../../errors.js';
import { changeStored, type FoundRecord, readStored } from '../change-stored.js';
import type { CoreDeps } from '../deps.js';
import { isForgotten } from '../forgotten.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay, toEpochSec } from '../units.js';

/*
 * Which credentials have ended, for whoever is shown one (Token Status List): a list has one bit for each of many credentials,
 * at random places, so that nobody who fetches it tells whose it was fetched for.
 */

/** A power of two, so that each place is drawn as likely. */
export const entriesOfList = 16_384;

/** Places are drawn: beyond this the next list is begun. */
const mostTaken = entriesOfList / 2;

/** How long a list is kept after its last credential, for clocks that differ. */
const keptAfterSec = secondsPerDay;

const bitsGuard = z.base64().refine((text) => Buffer.from(text, 'base64').length === entriesOfList / 8);

const listGuard = z.object({
  madeAt: epochMsGuard,
  taken: bitsGuard,
  ended: bitsGuard,
  count: z.int(),
  /** When the last credential in it expires. */
  until: epochMsGuard,
});
type ListRecord = z.output<typeof listGuard>;

const currentGuard = z.object({ list: z.string() });

/** The place of a credential. */
export interface StatusEntry {
  /** Name of the list. */
  readonly list: string;
  /** 0 to 16,383. */
  readonly index: number;
}

type Deps = Pick<CoreDeps, 'state' | 'clock' | 'random'>;

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

/** Lowest bit first, as lists have them. */
const hasBit = (bits: Uint8Array, index: number): boolean => (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;

function withBits(text: string, indexes: readonly number[]): string {
  const bits = Buffer.from(text, 'base64');
  for (const index of indexes) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  return bits.toString('base64');
}

/** Lists from before a loss of the store may lack what has ended since they were saved: they count no more. */
const isLost = ({ madeAt }: ListRecord, deps: Deps): Promise<boolean> => isForgotten(toEpochSec(madeAt), deps);

const maxContentions = 20;

/**
 * Takes a free place at random.
 * @param credential.until - when the credential that it is for expires
 * @throws FaceError `state_unavailable`
 */
export async function takeEntry(
  { connection, until }: { readonly connection: string; readonly until: EpochMs },
  deps: Deps,
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

/** @returns `null` where the list takes no more */
async function takeFrom(
  { connection, list, until }: { readonly connection: string; readonly list: string; readonly until: EpochMs },
  deps: Deps,
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

/** At least half are free. */
function drawFree({ taken }: ListRecord, { random }: Deps): number {
  const bits = Buffer.from(taken, 'base64');
  for (;;) {
    const index = Buffer.from(random(2)).readUInt16BE() % entriesOfList;
    if (!hasBit(bits, index)) return index;
  }
}

/** Makes a list, and has it take the place of the one that was found; somebody else may be faster. */
async function beginList(connection: string, found: FoundRecord<{ list: string }> | null, deps: Deps): Promise<void> {
  const list = Buffer.from(deps.random(16)).toString('base64url');
  const madeAt = deps.clock.now();
  const none = Buffer.alloc(entriesOfList / 8).toString('base64');
  const record = { madeAt, taken: none, ended: none, count: 0, until: madeAt };
  const { key, expiresAt } = toStored(connection, list);
  await deps.state.write(key, record, { when: 'absent', expiresAt: expiresAt(record) });
  const when = found === null ? 'absent' : { revision: found.revision };
  await deps.state.write(currentOf(connection).key, { list }, { when, expiresAt: null });
}

/** Ends a credential: from then on its list says so. Ending what has ended succeeds. @throws FaceError `state_unavailable` */
export async function endEntry(connection: string, { list, index }: StatusEntry, deps: Deps): Promise<void> {
  await changeStored(
    toStored(connection, list),
    (former) => (former === null ? former : { ...former, ended: withBits(former.ended, [index]) }),
    deps,
  );
}

/** What a list says now. */
export interface StatusList {
  /** One bit for each place, lowest first: set where the credential has ended. */
  readonly ended: Uint8Array;
  /** Counts up with each change. */
  readonly revision: number;
}

/** @returns `null`: none of that name, or one that cannot be trusted any more. @throws FaceError `state_unavailable` */
export async function readStatusList(connection: string, list: string, deps: Deps): Promise<StatusList | null> {
  const found = await readStored(toStored(connection, list), deps);
  if (found === null || (await isLost(found.record, deps))) return null;
  return { ended: Buffer.from(found.record.ended, 'base64'), revision: found.revision };
}
