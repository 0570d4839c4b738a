import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PastEvent, readEvents } from '../../src/audit/events.js';
import type { Invariant } from './fault.js';
import type { Replica } from './replica.js';

/** What keeps a trail. */
type Keeper = Pick<Replica, 'name' | 'dataFolder'>;

const trailOf = ({ dataFolder }: Keeper): string => join(dataFolder, 'audit.jsonl');

/** What a check passed, a hook was answered, and what puts a token into a profile or takes it out. */
const actions = [
  'verified',
  'hook_decided',
  'enrolled',
  'enrolment_recovered',
  'renewed',
  'revoked',
  'subject_erased',
] as const;

/** A record of one of these. */
export type TrailEvent = PastEvent<(typeof actions)[number]>;

/** Those of all replicas' audit trails, by their time. */
export async function readTrails(replicas: readonly Keeper[]): Promise<readonly TrailEvent[]> {
  const records: TrailEvent[] = [];
  for (const replica of replicas) {
    for await (const record of readEvents(trailOf(replica), actions)) records.push(record);
  }
  return records.toSorted((a, b) => a.time - b.time);
}

/** Follows the chain of each trail: every line must hold the digest of the one before it, whole or cut off. */
export async function checkChains(replicas: readonly Keeper[]): Promise<Invariant> {
  const broken: string[] = [];
  let checked = 0;
  for (const replica of replicas) {
    let previous = '0'.repeat(64);
    const lines = (await readFile(trailOf(replica), 'utf8')).split('\n').slice(0, -1);
    for (const [at, line] of lines.entries()) {
      checked += 1;
      const said = /"previous":"([0-9a-f]{64})"/.exec(line)?.[1];
      // A line that was cut off is covered by the digest in the next.
      if (line.endsWith('}') && said !== previous) broken.push(`${replica.name}, line ${at + 1}`);
      previous = createHash('sha256').update(line).digest('hex');
    }
  }
  return { invariant: 'each audit trail is an unbroken chain', checked, broken };
}
