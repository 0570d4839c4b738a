import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { auditEvents } from '../../src/app/audit-events.js';
import { type PastEvent, readEvents } from '../../src/audit/events.js';
import { SealedToken } from '../../src/core/secrets.js';
import { parseToken } from '../../src/face/token/format.js';
import type { Replica } from '../bench/servers.js';
import type { Invariant } from './fault.js';
import type { Stage } from './stage.js';

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

type TrailEvent = PastEvent<(typeof actions)[number]>;

/** Reads audit events of all replicas, sorted by time. */
async function readTrails(replicas: readonly Keeper[]): Promise<readonly TrailEvent[]> {
  const records: TrailEvent[] = [];
  for (const replica of replicas) {
    for await (const record of readEvents(trailOf(replica), actions, auditEvents)) records.push(record);
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

/** Time for pending changes to complete after recovery, including back-off. */
const settledWithinMs = 60_000;

/**
 * Verifies that each profile's token matches the audit log and opens for its owner. Revocations whose answer was lost
 * are retried first.
 */
async function checkStoredTokens(stage: Stage, enrolled: readonly string[]): Promise<readonly Invariant[]> {
  const { client, pictures, okta, tokenOf, journal } = stage;
  for (const subject of [...journal.openRevocations]) await client.revoke(subject);
  const torn = await untilSettled(stage);
  const stored = enrolled.filter((subject) => tokenOf(subject) !== null);
  const closed: string[] = [];
  for (const subject of stored) {
    const end = await client.checkFace(subject, pictures.person[1]);
    if (end !== 'passed') closed.push(`${subject}: ${end}`);
  }
  return [
    {
      invariant: 'a profile contains a token exactly if the audit trail says so',
      checked: okta.org.users.size,
      broken: torn,
    },
    { invariant: 'every token in a profile opens for its owner', checked: stored.length, broken: closed },
  ];
}

/**
 * Waits until all profiles match the audit logs.
 * @returns differences that remain
 */
async function untilSettled(stage: Stage): Promise<readonly string[]> {
  const lastTry = performance.now() + settledWithinMs;
  for (;;) {
    const torn = compare(stage, await readTrails(stage.replicas));
    if (torn.length === 0 || performance.now() > lastTry) return torn;
    await sleep(250);
  }
}

/**
 * Returns the ID of the token that the profile has after an event, `null` if it has none, or `undefined` if the event
 * does not change it.
 */
function tokenAfter({ action, detail }: TrailEvent): string | null | undefined {
  if (action === 'enrolled' || action === 'enrolment_recovered' || action === 'renewed') return detail.tokenId;
  return action === 'revoked' || action === 'subject_erased' ? null : undefined;
}

function compare({ okta, tokenOf }: Stage, records: readonly TrailEvent[]): readonly string[] {
  return [...okta.org.users.keys()].flatMap((subject) => {
    const token = tokenOf(subject);
    const stored = token === null ? null : parseToken(new SealedToken(token)).tokenId;
    const told = records.filter((record) => record.subject === subject).map(tokenAfter);
    const onRecord = told.findLast((tokenId) => tokenId !== undefined) ?? null;
    return stored === onRecord ? [] : [`${subject}: ${stored ?? 'none'} stored, ${onRecord ?? 'none'} on record`];
  });
}

/** Verifies the invariants after recovery, from the org's profiles and all replicas' audit logs. */
export async function checkInvariants(stage: Stage, enrolled: readonly string[]): Promise<readonly Invariant[]> {
  const tokens = await checkStoredTokens(stage, enrolled);
  const records = await readTrails(stage.replicas);
  const grants = records.flatMap(({ action, subject, detail }) =>
    action === 'hook_decided' && detail.outcome === 'verified' ? [{ subject, stepUpId: detail.stepUpId }] : [],
  );
  const again = grants.filter(({ stepUpId }, at) => grants.findIndex((each) => each.stepUpId === stepUpId) < at);
  const usedOnce: Invariant = {
    invariant: 'each passed step-up opened one event at most',
    checked: grants.length,
    broken: again.map(({ stepUpId }) => `step-up ${stepUpId} opened more than one event`),
  };
  return [
    ...tokens,
    usedOnce,
    checkNoFalsePass(stage, { records, enrolled, grants }),
    await checkChains(stage.replicas),
  ];
}

interface TrailFacts {
  readonly records: readonly TrailEvent[];
  readonly enrolled: readonly string[];
  readonly grants: readonly { readonly stepUpId: string | null }[];
}

/** Verifies that nothing was granted without a matching face. */
function checkNoFalsePass({ journal }: Stage, { records, enrolled, grants }: TrailFacts): Invariant {
  const passes = records.filter(({ action }) => action === 'verified');
  const ofStrangers = passes.filter(({ subject }) => !enrolled.includes(subject));
  const unexplained = grants.filter(({ stepUpId }) => stepUpId === null || !journal.passedOrUntold.has(stepUpId));
  return {
    invariant: 'nothing was granted without a passed check, and no stranger passed',
    checked: passes.length + grants.length,
    broken: [
      ...ofStrangers.map(({ subject }) => `${subject} passed with a stranger's face`),
      ...unexplained.map(({ stepUpId }) => `step-up ${stepUpId} was granted and had not passed`),
    ],
  };
}
