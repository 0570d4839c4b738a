import { z } from 'zod';
import { changeExisting, changeStored, type FoundRecord, readExisting, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import type { Lease } from '../../core/lease.js';
import { type EpochMs, epochMsGuard } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { type Person, type PersonState, personGuard } from './person.js';
import { type Campaign, campaignGuard } from './record.js';

/** People per record. A record of about 100 KB fits every supported store. */
export const shardSize = 100;

const maxCampaigns = 100;

export const maxPeople = 100_000;

const sideBySide = 16;

const listGuard = z.array(z.object({ id: z.string(), keptUntil: epochMsGuard }));

const list = {
  key: 'campaigns',
  guard: listGuard,
  expiresAt: () => null,
} as const;

const stored = (id: string) => ({
  key: `campaign:${id}`,
  guard: campaignGuard,
  expiresAt: ({ keptUntil }: Campaign): EpochMs => keptUntil,
});

const shardGuard = z.array(personGuard);

const storedShard = ({ id, keptUntil }: Pick<Campaign, 'id' | 'keptUntil'>, shard: number) => ({
  key: `campaign:${id}:people:${shard}`,
  guard: shardGuard,
  expiresAt: (): EpochMs => keptUntil,
});

type Listed = z.output<typeof listGuard>;

function withRoom(former: Listed | undefined, now: EpochMs): Listed {
  const kept = (former ?? []).filter((each) => each.keptUntil > now);
  if (kept.length >= maxCampaigns) throw new FaceError('limit_reached');
  return kept;
}

export async function checkRoom(now: EpochMs, deps: Ports<'state'>): Promise<void> {
  withRoom((await readStored(list, deps))?.record, now);
}

export async function addCampaign(campaign: Campaign, now: EpochMs, deps: Ports<'state'>): Promise<void> {
  const { id, keptUntil } = campaign;
  await deps.state.write(stored(id).key, campaign, { when: 'absent', expiresAt: keptUntil });
  await changeStored(list, (former) => [...withRoom(former ?? undefined, now), { id, keptUntil }], deps);
}

export async function dropCampaign(campaign: Campaign, deps: Ports<'state'>): Promise<void> {
  await deps.state.delete(stored(campaign.id).key);
  await dropShards(campaign, 0, deps);
}

export async function dropShards(campaign: Campaign, from: number, { state }: Ports<'state'>): Promise<void> {
  await forEachShard(campaign, async (shard) => {
    if (shard >= from) await state.delete(storedShard(campaign, shard).key);
  });
}

export async function listCampaigns(deps: Ports<'state'>): Promise<Campaign[]> {
  const ids = (await readStored(list, deps))?.record ?? [];
  const found = await Promise.all(ids.map(({ id }) => readStored(stored(id), deps)));
  return found.flatMap((each) => (each === null ? [] : [each.record])).reverse();
}

export const readCampaign = (id: string, deps: Ports<'state'>): Promise<Campaign> => readExisting(stored(id), deps);

export const changeCampaign = (
  id: string,
  change: (campaign: Campaign) => Campaign,
  deps: Ports<'state'>,
): Promise<Campaign> => changeExisting(stored(id), change, deps);

export async function writeShard(
  campaign: Pick<Campaign, 'id' | 'keptUntil'>,
  shard: number,
  people: Person[],
  { state }: Ports<'state'>,
): Promise<void> {
  const { key } = storedShard(campaign, shard);
  await state.write(key, people, { when: 'any', expiresAt: campaign.keptUntil });
}

export const readShard = (campaign: Campaign, shard: number, deps: Ports<'state'>) =>
  readStored(storedShard(campaign, shard), deps);

/**
 * Changes the people of one record. @param change - returns the same person to keep them unchanged, or `null` to delete
 * them
 */
export async function changeShard(
  campaign: Pick<Campaign, 'id' | 'keptUntil'>,
  shard: number,
  change: (person: Person) => Person | null,
  deps: Ports<'state'>,
  known: FoundRecord<Person[]> | null = null,
): Promise<readonly Person[]> {
  const step = (former: Person[] | null): Person[] | null => {
    if (former === null) return null;
    const changed = former.flatMap((person) => change(person) ?? []);
    const isSame = changed.length === former.length && changed.every((person, at) => person === former[at]);
    return isSame ? former : changed;
  };
  return (await changeStored(storedShard(campaign, shard), step, deps, known)).changed ?? [];
}

/**
 * Runs a task for every record, in parallel.
 * @returns the results in order; rejects after all tasks have ended
 */
export async function forEachShard<Result>(
  { shards }: Pick<Campaign, 'shards'>,
  work: (shard: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = Array.from({ length: shards }, (_, shard) => shard).values();
  const worker = async (): Promise<void> => {
    for (const shard of waiting) results[shard] = await work(shard);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(sideBySide, shards) }, worker));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return results;
}

/** Changes all people of a campaign. @param change - as for `changeShard` */
export async function changePeople(
  campaign: Campaign,
  change: (person: Person) => Person | null,
  deps: Ports<'state'>,
): Promise<void> {
  await forEachShard(campaign, (shard) => changeShard(campaign, shard, change, deps));
}

export const readPeople = (campaign: Campaign, deps: Ports<'state'>): Promise<(readonly Person[])[]> =>
  forEachShard(campaign, async (shard) => (await readShard(campaign, shard, deps))?.record ?? []);

/** Lease to send e-mails. If two replicas briefly hold it, per-person claims still prevent duplicate e-mails. */
export const senderLease: Lease = { key: 'campaign-sender', lifeSec: 60 };

/**
 * Lists the people of a campaign.
 * @param asked.from - `next` of the previous page, or 0 for the first
 * @returns `next` is `null` on the last page
 */
export async function readPage(
  campaign: Campaign,
  { from, states, limit }: { readonly from: number; readonly states: readonly PersonState[]; readonly limit: number },
  deps: Ports<'state'>,
): Promise<{ readonly people: readonly Person[]; readonly next: number | null }> {
  const people: Person[] = [];
  for (let shard = Math.floor(from / shardSize); shard < campaign.shards; shard += 1) {
    for (const person of (await readShard(campaign, shard, deps))?.record ?? []) {
      if (person.at < from || !states.includes(person.state)) continue;
      if (people.length === limit) return { people, next: person.at };
      people.push(person);
    }
  }
  return { people, next: null };
}

export const toCursor = (place: number): string => Buffer.from(`p${place}`).toString('base64url');

export function parseCursor(cursor: string): number {
  const [, place] = /^p(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (place === undefined) throw new FaceError('request_malformed', { field: 'cursor' });
  return Number(place);
}
