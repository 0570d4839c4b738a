import { z } from 'zod';
import type { AuditRecord } from '../src/audit/records.js';
import { SealedToken } from '../src/core/concealed.js';
import { tokenIdOf } from '../src/token/format.js';
import type { Invariant } from './fault.js';
import type { Stage } from './stage.js';
import { checkChains, readTrails } from './trails.js';

/** What a fault knows of what it did, beside what the trails tell. */
export interface Done {
  /** Users whose own face was shown; before the others of the org stood strangers alone. */
  readonly enrolled: readonly string[];
}

/**
 * Holds what must be true after any fault, once all parts are back: over the org's profiles and the trails of all
 * replicas.
 */
export async function checkInvariants(stage: Stage, done: Done): Promise<readonly Invariant[]> {
  const onRecord = await waitForRecords(stage);
  const whole = await checkTokensOpen(stage, done);
  const records = await readTrails(stage.replicas);
  return [
    onRecord,
    whole,
    checkUsedOnce(records),
    checkNoFalsePass(stage, records, done),
    await checkChains(stage.replicas),
  ];
}

const tokenGuard = z.object({ tokenId: z.string().nullable() });

/** What changes which token stands in a profile. `enrolment_recovered`: found out after a crash that it does. */
const tokenActions = new Set(['enrolled', 'enrolment_recovered', 'renewed', 'revoked', 'subject_erased']);

/** What the newest record about a subject's token says stands in the profile; `null`: nothing. */
const toTokenOnRecord = (records: readonly AuditRecord[]): string | null => {
  const last = records.findLast(({ action }) => tokenActions.has(action));
  if (last === undefined || last.action === 'revoked' || last.action === 'subject_erased') return null;
  return tokenGuard.parse(last.detail).tokenId;
};

/** What was left open is settled by a replica that is back, and while a provider is away after pauses. */
const settledWithinMs = 60_000;

async function waitForRecords(stage: Stage): Promise<Invariant> {
  const lastTry = performance.now() + settledWithinMs;
  for (;;) {
    const found = checkTokensOnRecord(stage, await readTrails(stage.replicas));
    if (found.broken.length === 0 || performance.now() > lastTry) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A token in the profile ⇔ its record in the audit. */
function checkTokensOnRecord({ okta, tokenOf }: Stage, records: readonly AuditRecord[]): Invariant {
  const broken: string[] = [];
  for (const subject of okta.org.users.keys()) {
    const token = tokenOf(subject);
    const stored = token === null ? null : tokenIdOf(new SealedToken(token));
    const onRecord = toTokenOnRecord(records.filter((record) => record.subject === subject));
    if (stored !== onRecord) broken.push(`${subject}: ${stored ?? 'none'} stored, ${onRecord ?? 'none'} on record`);
  }
  const invariant = 'a token is in the profile exactly where the audit says so';
  return { invariant, checked: okta.org.users.size, broken };
}

/** What stands in a profile is whole: its owner's face opens it. */
async function checkTokensOpen({ client, pictures, tokenOf }: Stage, { enrolled }: Done): Promise<Invariant> {
  const broken: string[] = [];
  const stored = enrolled.filter((subject) => tokenOf(subject) !== null);
  for (const subject of stored) {
    const end = await client.checkFace(subject, pictures.person[1]);
    if (end !== 'passed') broken.push(`${subject}: ${end}`);
  }
  return { invariant: 'every token in a profile opens for its owner', checked: stored.length, broken };
}

const grantGuard = z.object({ outcome: z.literal('verified'), stepUpId: z.string() });

const grantsOf = (records: readonly AuditRecord[]) =>
  records.flatMap(({ action, subject, detail }) => {
    const { data } = grantGuard.safeParse(detail);
    return action === 'hook_decided' && data !== undefined ? [{ subject, stepUpId: data.stepUpId }] : [];
  });

/** One step-up opens one event: a decision is on record once, and its repetitions are the same decision. */
function checkUsedOnce(records: readonly AuditRecord[]): Invariant {
  const grants = grantsOf(records);
  const seen = new Set<string>();
  const broken = grants.flatMap(({ stepUpId }) => {
    if (seen.has(stepUpId)) return [`step-up ${stepUpId} opened more than one event`];
    seen.add(stepUpId);
    return [];
  });
  return { invariant: 'each passed step-up opened one event at most', checked: grants.length, broken };
}

/** Nothing opens for a face that was not there. */
function checkNoFalsePass({ passedOrUntold }: Stage, records: readonly AuditRecord[], { enrolled }: Done): Invariant {
  const passes = records.filter(({ action }) => action === 'verified');
  const grants = grantsOf(records);
  const ofStrangers = passes.filter(({ subject }) => !enrolled.includes(subject));
  const unexplained = grants.filter(({ stepUpId }) => !passedOrUntold.has(stepUpId));
  return {
    invariant: 'nothing was granted without a passed check, and no stranger passed',
    checked: passes.length + grants.length,
    broken: [
      ...ofStrangers.map(({ subject }) => `${subject} passed with a stranger's face`),
      ...unexplained.map(({ stepUpId }) => `step-up ${stepUpId} was granted and had not passed`),
    ],
  };
}
