import { FaceError } from '../../errors.js';
import type { Ports } from '../deps.js';
import type { Person, PersonState } from './person.js';
import type { Campaign } from './record.js';
import { readShard, shardSize } from './storage.js';

/** A page of people. `next` is `null` on the last page. */
export interface PeoplePage {
  readonly people: readonly Person[];
  readonly next: number | null;
}

/** Lists the people of a campaign. @param asked.from - `next` of the previous page, or 0 for the first */
export async function readPage(
  campaign: Campaign,
  { from, states, limit }: { readonly from: number; readonly states: readonly PersonState[]; readonly limit: number },
  deps: Ports<'state'>,
): Promise<PeoplePage> {
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
