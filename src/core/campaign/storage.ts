import { z } from 'zod';
import { FaceError } from '../../errors.js';
import { changeStored, type FoundRecord, readStored } from '../change-stored.js';
import type { State } from '../ports.js';
import { type EpochMs, epochMsGuard } from '../units.js';
import { type Person, personGuard } from './person.js';
import { type Campaign, campaignGuard } from './record.js';

type Stores = { readonly state: State };

/** People in one record: with the longest names some 100 KB, which every store takes. */
export const shardSize = 100;

/** Campaigns that are kept at a time. */
export const maxCampaigns = 100;

/** People of one campaign. */
export const maxPeople = 100_000;

/** Records read side by side. */
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

/** Whether one more can be kept. @throws FaceError `limit_reached`: too many are */
export async function checkRoom(now: EpochMs, deps: Stores): Promise<void> {
  withRoom((await readStored(list, deps))?.record, now);
}

/** Keeps a new one. @throws FaceError `limit_reached`: too many are kept */
export async function addCampaign(campaign: Campaign, now: EpochMs, deps: Stores): Promise<void> {
  const { id, keptUntil } = campaign;
  await deps.state.write(stored(id).key, campaign, { when: 'absent', expiresAt: keptUntil });
  await changeStored(list, (former) => [...withRoom(former ?? undefined, now), { id, keptUntil }], deps);
}

/** Forgets one that is in no list yet, and its people. */
export async function dropCampaign(campaign: Campaign, deps: Stores): Promise<void> {
  await deps.state.delete(stored(campaign.id).key);
  await dropShards(campaign, 0, deps);
}

/** Forgets the people of the records from one on. */
export async function dropShards(campaign: Campaign, from: number, { state }: Stores): Promise<void> {
  await forEachShard(campaign, async (shard) => {
    if (shard >= from) await state.delete(storedShard(campaign, shard).key);
  });
}

/** Newest first. */
export async function listCampaigns(deps: Stores): Promise<Campaign[]> {
  const ids = (await readStored(list, deps))?.record ?? [];
  const found = await Promise.all(ids.map(({ id }) => readStored(stored(id), deps)));
  return found.flatMap((each) => (each === null ? [] : [each.record])).reverse();
}

/** @throws FaceError `not_found` */
export async function readCampaign(id: string, deps: Stores): Promise<Campaign> {
  const found = await readStored(stored(id), deps);
  if (found === null) throw new FaceError('not_found');
  return found.record;
}

/** @throws FaceError `not_found`, and whatever `change` throws */
export async function changeCampaign(
  id: string,
  change: (campaign: Campaign) => Campaign,
  deps: Stores,
): Promise<Campaign> {
  const step = (former: Campaign | null): Campaign => {
    if (former === null) throw new FaceError('not_found');
    return change(former);
  };
  return (await changeStored(stored(id), step, deps)).changed;
}

/** Puts people into one record, whatever stood there. */
export const writeShard = async (
  campaign: Pick<Campaign, 'id' | 'keptUntil'>,
  shard: number,
  people: Person[],
  { state }: Stores,
): Promise<void> => {
  const { key } = storedShard(campaign, shard);
  await state.write(key, people, { when: 'any', expiresAt: campaign.keptUntil });
};

/** The people of one record, and the number of the write that made it. */
export async function readShard(
  campaign: Pick<Campaign, 'id' | 'keptUntil'>,
  shard: number,
  deps: Stores,
): Promise<FoundRecord<Person[]> | null> {
  return readStored(storedShard(campaign, shard), deps);
}

/**
 * Changes the people of one record.
 * @param change - gives back the very person it was given, to leave them as they are; `null`: they are forgotten
 * @returns the people as they are now
 */
export async function changeShard(
  campaign: Pick<Campaign, 'id' | 'keptUntil'>,
  shard: number,
  change: (person: Person) => Person | null,
  deps: Stores,
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
 * Does something with every record of a campaign, some side by side, and gives back what came of it in their order. Where
 * something throws, nothing of it is under way any more.
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

/** Takes people out of all records of a campaign. */
export async function dropPeople(
  campaign: Pick<Campaign, 'id' | 'keptUntil' | 'shards'>,
  isGone: (person: Person) => boolean,
  deps: Stores,
): Promise<void> {
  await forEachShard(campaign, (shard) =>
    changeShard(campaign, shard, (person) => (isGone(person) ? null : person), deps),
  );
}

/** Everybody in a campaign, by record. */
export const readPeople = (campaign: Campaign, deps: Stores): Promise<(readonly Person[])[]> =>
  forEachShard(campaign, async (shard) => (await readShard(campaign, shard, deps))?.record ?? []);
