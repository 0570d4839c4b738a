import { z } from 'zod';
import { type BoundedList, changeList, readList } from '../core/bounded-list.js';
import { changeStored, readStored } from '../core/change-stored.js';
import type { ConnectedRecovery, Connection, SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { supportedLanguages } from '../core/language.js';
import { recoveryCredentialKinds } from '../core/ports.js';
import { recoveryOutcomes, secondThings } from '../core/second-things.js';
import type { Credential } from '../core/secrets.js';
import { isStored } from '../core/tickets.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { FaceError, faceErrorCodes } from '../errors.js';

/*
 * An account recovery: a person proves a second thing and shows their face, and gets a credential of the provider.
 * Every step is stored before it takes effect, so that a stopped server leaves no credential that the person did not see.
 */

const recoveryStates = ['open', 'issuing', 'shown', 'revoking', 'ended'] as const;

const approvalGuard = z.object({ byId: z.string(), by: z.string() });

const recordGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  language: z.enum(supportedLanguages),
  /** Help desk agent who sent the link, or `null`. The agent cannot approve this recovery. */
  begunBy: approvalGuard.nullable(),
  /** Digest of the cookie of the browser. `null` until the link of the help desk is opened. */
  browserDigest: z.string().nullable(),
  /** Digest of the secret in the link of the help desk. */
  linkDigest: z.string().nullable(),
  /** Number that the page shows and that an approver must type. */
  number: z.string(),
  secondThing: z.enum(secondThings).nullable(),
  /** True after a code or a known device proved the second thing. Approvals are counted instead. */
  isProven: z.boolean(),
  codeId: z.string().nullable(),
  codeThing: z.enum(secondThings).nullable(),
  stepUpId: z.string().nullable(),
  faceAt: epochMsGuard.nullable(),
  /** When the account was found eligible, after the face check. */
  eligibleAt: epochMsGuard.nullable(),
  isPrivileged: z.boolean(),
  approvals: z.array(approvalGuard),
  /** Approvals that are being recorded in the audit trail. They do not count yet. */
  approving: z.array(approvalGuard.extend({ until: epochMsGuard })).default([]),
  managerStepUp: z.object({ id: z.string(), manager: z.string() }).nullable(),
  /** A privileged person gets no credential before this time. `null` until an owner was told. */
  notBefore: epochMsGuard.nullable(),
  /** Request that sends the message to the owners or the manager, so that no other one does. */
  sending: z.object({ by: z.string(), until: epochMsGuard }).nullable(),
  /** Recipients of the message about the delay: kinds of contacts, and addresses of owners. */
  told: z.array(z.string()).default([]),
  /** When those are told who have not got it. `null` before the first try. */
  tellAgain: z.object({ tries: z.int(), at: epochMsGuard }).nullable().default(null),
  state: z.enum(recoveryStates),
  outcome: z.enum(recoveryOutcomes).nullable(),
  reason: z.enum(faceErrorCodes).nullable(),
  /** Id at the provider. Absent while it is being issued. */
  credential: z
    .object({ id: z.string().nullable(), kind: z.enum(recoveryCredentialKinds), expiresAt: epochMsGuard.nullable() })
    .nullable(),
  /** True if a password that was chosen with the credential is ended, too, because the wrong person got it. */
  endsPassword: z.boolean(),
  /** When a credential is revoked that is being issued, or that the person has not confirmed. */
  revokeAt: epochMsGuard.nullable(),
  issuedAt: epochMsGuard.nullable(),
  begunAt: epochMsGuard,
  expiresAt: epochMsGuard,
});
export type Recovery = z.infer<typeof recordGuard>;

export type Stage = 'second_thing' | 'face' | 'approval' | 'delay' | 'ready' | 'shown' | 'ended';

/** A recovery must be finished in this time, but waits longer for approvals. */
export const beginLifeSec = 20 * 60;
export const approvalLifeSec = secondsPerDay;
/** An ended recovery is listed, and its credential can be revoked, for as long as the link "this was not me" works. */
const keptSec = 7 * secondsPerDay;

export const isApproval = (thing: Recovery['secondThing']): boolean => thing === 'help_desk' || thing === 'manager';

/** Returns the approvals that a recovery needs in all. */
export function approvalsNeeded({ secondThing, isPrivileged }: Recovery): number {
  if (isPrivileged) return 2;
  return isApproval(secondThing) ? 1 : 0;
}

/** Returns what comes next. The face alone never leads to `ready`, nor does the second thing. */
export function stageOf(recovery: Recovery, now: EpochMs): Stage {
  const { state, secondThing, isProven, faceAt, eligibleAt, approvals, isPrivileged, notBefore } = recovery;
  if (state === 'shown') return 'shown';
  if (state !== 'open' || recovery.expiresAt <= now) return 'ended';
  if (secondThing === null || !(isProven || isApproval(secondThing))) return 'second_thing';
  if (faceAt === null || eligibleAt === null) return 'face';
  if (approvals.length < approvalsNeeded(recovery)) return 'approval';
  // Without a told owner, no one could stop it.
  if (isPrivileged && (notBefore === null || now < notBefore)) return 'delay';
  return 'ready';
}

/** Returns how a recovery ended, or `null` while it has not. */
export const outcomeOf = ({ state, outcome, expiresAt }: Recovery, now: EpochMs): Recovery['outcome'] =>
  state === 'open' && expiresAt <= now ? 'expired' : outcome;

const toStored = (id: string) => ({
  key: `recovery:${id}`,
  guard: recordGuard,
  // The help desk sees a recovery whose face check passed, also if it was never finished.
  expiresAt: ({ expiresAt, state, faceAt }: Recovery): EpochMs =>
    state === 'open' && faceAt === null ? expiresAt : addSec(expiresAt, keptSec),
});

export async function writeNewRecovery(recovery: Recovery, { state }: Ports<'state'>): Promise<void> {
  const { key, expiresAt } = toStored(recovery.id);
  // Anonymous callers begin many, which can be begun again after a power failure.
  await state.write(key, recovery, { when: 'absent', expiresAt: expiresAt(recovery), relaxedDurability: true });
}

export async function readRecovery(id: string, deps: Ports<'state'>): Promise<Recovery> {
  const found = await readStored(toStored(id), deps);
  if (found === null) throw new FaceError('not_found');
  return found.record;
}

/** Changes a recovery. @param change - throws to leave it unchanged */
export async function changeRecovery(
  id: string,
  change: (former: Recovery) => Recovery,
  deps: Ports<'state'>,
): Promise<Recovery> {
  const { changed } = await changeStored(
    toStored(id),
    (found) => {
      if (found === null) throw new FaceError('not_found');
      return change(found);
    },
    deps,
  );
  return changed;
}

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
  const isOver = (recovery: Recovery): boolean =>
    recovery.state === 'ended' || outcomeOf(recovery, deps.clock.now()) === 'expired';
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

/**
 * Marks a recovery for revocation, which the background job carries out at the provider. One without a credential ends.
 * @param alsoSeen - true to end a credential that the person has seen, and what they set with it
 */
export function toRevoking(recovery: Recovery, { alsoSeen }: { readonly alsoSeen: boolean }): Recovery {
  const { state, credential, endsPassword } = recovery;
  if (state === 'open') return { ...recovery, state: 'ended', outcome: 'revoked' };
  const isUnseen = state === 'issuing' || state === 'shown';
  const isToEnd = alsoSeen && !endsPassword && (state === 'revoking' || credential !== null);
  if (!isUnseen && !isToEnd) return recovery;
  return {
    ...recovery,
    state: 'revoking',
    outcome: 'revoked',
    revokeAt: null,
    endsPassword: endsPassword || alsoSeen,
  };
}

export const isOf =
  (who: SubjectRef) =>
  ({ connection, subject }: SubjectRef): boolean =>
    connection === who.connection && subject === who.subject;

/** Ends all recoveries of a person, as `toRevoking`. */
async function endRecoveries(
  who: SubjectRef,
  credentials: { readonly alsoSeen: boolean },
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  for (const { id } of (await readRecoveries(who.connection, deps)).filter(isOf(who)))
    await changeRecovery(id, (found) => toRevoking(found, credentials), deps).catch((error: unknown) => {
      if (!(error instanceof FaceError && error.code === 'not_found')) throw error;
    });
}

export const recoveryData = {
  part: 'recoveries',
  keys: ['recovery:*', 'recoveries:*', 'recovery-of:*:*'],
  read: async (who, deps) => {
    const own = (await readRecoveries(who.connection, deps)).filter(isOf(who));
    return {
      recoveries: own.map((each) => ({
        begunAt: toIso(each.begunAt),
        secondThing: each.secondThing,
        outcome: outcomeOf(each, deps.clock.now()),
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
    const settled = own.filter(({ state }) => state === 'ended').map(({ id }) => id);
    for (const id of settled) await deps.state.delete(toStored(id).key);
    if (settled.length > 0)
      await changeList(listOf(who.connection), (entries) => entries.filter(({ id }) => !settled.includes(id)), deps);
  },
} as const satisfies PersonalData;
