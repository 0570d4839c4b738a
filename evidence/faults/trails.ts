import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import '../../src/extensions/index.js';
import { type PastEvent, readEvents } from '../../src/audit/events.js';
import type { Replica } from '../bench/servers.js';
import type { Invariant } from './fault.js';

type Keeper = Pick<Replica, 'name' | 'dataFolder'>;

const trailOf = ({ dataFolder }: Keeper): string => join(dataFolder, 'audit.jsonl');

const actions = [
  'verified',
  'hook_decided',
  'enrolled',
  'enrolment_recovered',
  'renewed',
  'revoked',
  'subject_erased',
] as const;

export type TrailEvent = PastEvent<(typeof actions)[number]>;

/** Reads audit events of all replicas, sorted by time. */
export async function readTrails(replicas: readonly Keeper[]): Promise<readonly TrailEvent[]> {
  const records: TrailEvent[] = [];
  for (const replica of replicas) {
    for await (const record of readEvents(trailOf(replica), actions)) records.push(record);
  }
  return records.toSorted((a, b) => a.time - b.time);
}

/** Verifies each audit log's hash chain. */
export async function checkChains(replicas: readonly Keeper[]): Promise<Invariant> {
  const broken: string[] = [];
  let checked = 0;
  for (const replica of replicas) {
    let previous = '0'.repeat(64);
    const lines = (await readFile(trailOf(replica), 'utf8')).split('\n').slice(0, -1);
    for (const [at, line] of lines.entries()) {
      checked += 1;
      const said = /"previous":"([0-9a-f]{64})"/.exec(line)?.[1];
      // A truncated line needs no valid digest itself, but the next line's digest covers it.
      if (line.endsWith('}') && said !== previous) broken.push(`${replica.name}, line ${at + 1}`);
      previous = createHash('sha256').update(line).digest('hex');
    }
  }
  return { invariant: 'each audit trail is an unbroken chain', checked, broken };
}
