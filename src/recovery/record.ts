import { z } from 'zod';
import { type BoundedList, changeList, readList } from '../core/bounded-list.js';
import { changeExisting, changeStored, readExisting, readStored } from '../core/change-stored.js';
import { type ConnectedRecovery, type Connection, isOf, type SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { supportedLanguages } from '../core/language.js';
import type { Credential } from '../core/secrets.js';
import { isStored } from '../core/tickets.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { FaceError, type FaceErrorCode } from '../errors.js';
import {
  approvalGuard,
  approvalLifeSec,
  outcomeOf,
  proofOf,
  type Stage,
  type StageOf,
  stageAt,
  stageGuard,
  toRevoking,
} from './stage.js';

/*
 * An account recovery: a person proves a second thing and shows their face, and gets a credential of the provider.
 * Every step is stored before it takes effect, so that a stopped server leaves no credential that the person did not see.
 */

const recordGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  language: z.enum(supportedLanguages),
  /** Help desk agent who sent the link, or `null`. The agent cannot approve this recovery. */
  begunBy: approvalGuard.nullable(),
  /** Digest of the cookie of the browser. `null` until the link of the help desk is opened. */
  browserDigest: z.string().nullable(),
  /** Number that the page shows and that an approver must type. */
  number: z.string(),
  begunAt: epochMsGuard,
  expiresAt: epochMsGuard,
  stage: stageGuard,
});
export type Recovery = z.infer<typeof recordGuard>;

export interface OpenRecovery {
  readonly recovery: Recovery;
  readonly connection: Connection;
}

export interface Visited extends OpenRecovery {
  /** Network of the caller, against which failures count before anything is proven. */
  readonly source: string;
}

/** An ended recovery is listed, and its credential can be revoked, for as long as the link "this was not me" works. */
const keptSec = 7 * secondsPerDay;

const toStored = (id: string) => ({
  key: `recovery:${id}`,
  guard: recordGuard,
  // The help desk sees a recovery whose face check passed, also if it was never finished.
  expiresAt: ({ expiresAt, stage }: Recovery): EpochMs =>
    stage.kind === 'proving' || stage.kind === 'face' ? expiresAt : addSec(expiresAt, keptSec),
});

export async function writeNewRecovery(recovery: Recovery, { state }: Ports<'state'>): Promise<void> {
  const { key, expiresAt } = toStored(recovery.id);
  // Anonymous callers begin many, which can be begun again after a power failure.
  await state.write(key, recovery, { when: 'absent', expiresAt: expiresAt(recovery), relaxedDurability: true });
}

export const readRecovery = (id: string, deps: Ports<'state'>): Promise<Recovery> => readExisting(toStored(id), deps);

/**
 * Changes a recovery.
 * @param change - returns its argument, or throws, to leave it unchanged
 * @throws `not_found`, or `absent`
 */
export const changeRecovery = (
  id: string,
  change: (former: Recovery) => Recovery,
  deps: Ports<'state'>,
  absent?: FaceErrorCode,
): Promise<Recovery> => changeExisting(toStored(id), change, deps, absent);

/** Changes the stage if it is still of the kind that the change is for. */
export const changeStage = <Kind extends Stage['kind']>(
  id: string,
  kind: Kind,
  change: (stage: StageOf<Kind>) => Stage,
  deps: Ports<'state'>,
): Promise<Recovery> => {
  const isStill = (stage: Stage): stage is StageOf<Kind> => stage.kind === kind;
  const step = (found: Recovery): Recovery => {
    const { stage } = found;
    return isStill(stage) ? withStage(found, change(stage)) : found;
  };
  return changeRecovery(id, step, deps);
};

export const withStage = (recovery: Recovery, stage: Stage): Recovery =>
  stage === recovery.stage ? recovery : { ...recovery, stage };

/** Finds the recovery of a browser. @throws `step_up_unknown` */
export async function findRecovery(
  ticket: { readonly id: string; readonly secret: Credential },
  deps: Ports<'state'>,
): Promise<Recovery> {
  const found = await readStored(toStored(ticket.id), deps);
  if (found === null || !isStored(ticket.secret, found.record.browserDigest)) throw new FaceError('step_up_unknown');
  return found.record;
}

const listGuard = z.object({ id: z.string(), connection: z.string(), subject: z.string(), expiresAt: epochMsGuard });
type Listed = z.infer<typeof listGuard>;

/** Recoveries that administrators see and that the server watches: those whose face check passed. */
const listOf = (connection: string): BoundedList<Listed> => ({
  key: `recoveries:${connection}`,
  guard: listGuard,
  atMost: 1000,
});

/**
 * Adds a recovery to the list, or moves its expiry. A full list drops those that are over. Without an entry, no
 * credential may be issued, because nothing would revoke it.
 * @throws `limit_reached`
 */
export async function listRecovery(recovery: Recovery, deps: Ports<'state' | 'clock'>): Promise<void> {
  const { id, connection, subject } = recovery;
  const list = listOf(connection);
  const entry = { id, connection, subject, expiresAt: addSec(recovery.expiresAt, keptSec + approvalLifeSec) };
  const add = (entries: readonly Listed[]) => [entry, ...entries.filter((each) => each.id !== id)];
  await changeList(list, add, deps).catch(async (error: unknown) => {
    if (!(error instanceof FaceError && error.code === 'limit_reached')) throw error;
    const over = await readOver(list, deps);
    await changeList(list, (entries) => add(entries.filter((each) => !over.has(each.id))), deps);
  });
}

/** Returns the ids of listed recoveries that are gone, and of those that have ended or expired. */
async function readOver(list: BoundedList<Listed>, deps: Ports<'state' | 'clock'>): Promise<ReadonlySet<string>> {
  const ids = (await readList(list, deps)).map(({ id }) => id);
  const found = await deps.state.readMany(ids.map((id) => toStored(id).key));
  const isOver = (recovery: Recovery): boolean => {
    const stage = stageAt(recovery, deps.clock.now());
    return stage.kind !== 'revoking' && outcomeOf(stage) !== null;
  };
  return new Set(
    ids.filter((_, index) => {
      const value = found[index]?.value;
      return value === undefined || isOver(recordGuard.parse(value));
    }),
  );
}

/** Returns the listed recoveries of a connection, newest first. */
export async function readRecoveries(connection: string, deps: Ports<'state' | 'clock'>): Promise<readonly Recovery[]> {
  const entries = await readList(listOf(connection), deps);
  if (entries.length === 0) return [];
  const found = await deps.state.readMany(entries.map(({ id }) => toStored(id).key));
  return found.flatMap((each) => (each === null ? [] : [recordGuard.parse(each.value)]));
}

/** Returns the listed recoveries of all connections, newest first. */
export async function readAllRecoveries({
  connections,
  ...deps
}: Ports<'state' | 'clock' | 'connections'>): Promise<readonly Recovery[]> {
  const lists = await Promise.all([...connections.keys()].map((id) => readRecoveries(id, deps)));
  return lists.flat().toSorted((one, other) => other.begunAt - one.begunAt);
}

/** @throws `not_found` if recovery is off at this connection */
export function recoveryAt(connection: Connection | undefined): ConnectedRecovery {
  const recovery = connection?.recovery;
  if (recovery === undefined || recovery.policy.mode === 'off') throw new FaceError('not_found');
  return recovery;
}

/** Ends all recoveries of a person, as `toRevoking`. */
async function endRecoveries(
  who: SubjectRef,
  credentials: { readonly alsoSeen: boolean },
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  for (const { id } of (await readRecoveries(who.connection, deps)).filter(isOf(who)))
    await changeStored(toStored(id), (found) => found && withStage(found, toRevoking(found.stage, credentials)), deps);
}

export const recoveryData = {
  part: 'recoveries',
  keys: ['recovery:*', 'recoveries:*', 'recovery-issuing:*:*'],
  read: async (who, deps) => {
    const own = (await readRecoveries(who.connection, deps)).filter(isOf(who));
    return {
      recoveries: own.map((each) => ({
        begunAt: toIso(each.begunAt),
        secondThing: proofOf(each.stage)?.secondThing ?? null,
        outcome: outcomeOf(stageAt(each, deps.clock.now())),
      })),
    };
  },
  endedBy: 'revocation',
  // A person who has signed in with the credential keeps what they chose then, unless they report that it was not them.
  forget: (who, deps, { isReported = false }) => endRecoveries(who, { alsoSeen: isReported }, deps),
} as const satisfies PersonalData;

export const endedRecoveryData = {
  part: 'ended_recoveries',
  keys: [],
  read: null,
  endedBy: 'erasure_last',
  async forget(who, deps) {
    const own = (await readRecoveries(who.connection, deps)).filter(isOf(who));
    // A credential that is still to be revoked needs its record, which expires then.
    const settled = own
      .filter(({ stage }) => stage.kind !== 'revoking' && outcomeOf(stage) !== null)
      .map(({ id }) => id);
    for (const id of settled) await deps.state.delete(toStored(id).key);
    if (settled.length > 0)
      await changeList(listOf(who.connection), (entries) => entries.filter(({ id }) => !settled.includes(id)), deps);
  },
} as const satisfies PersonalData;
