import type { Policy } from './connection.js';
import { type ConsolePlace, type ToDoCode, toDoUrgency } from './to-do-codes.js';
import { addSec, type EpochMs, secondsPerDay } from './units.js';

export interface ToDo {
  readonly code: ToDoCode;
  readonly urgency: 'now' | 'soon';
  readonly words: string;
  readonly connection: string | null;
  readonly about: string | null;
  readonly count: number;
  readonly where: ConsolePlace;
  /** Time of the first check that found it; absent if it is unknown. */
  readonly since?: EpochMs;
}

export interface ConnectionFacts {
  readonly id: string;
  readonly mode: Policy['mode'];
  /** Start of shadow mode. `null` if it is not active, or if the start is unknown. */
  readonly shadowSince: EpochMs | null;
  readonly switchedBy: string | null;
  readonly examined: {
    readonly at: EpochMs;
    readonly failing: readonly { readonly title: string; readonly since: EpochMs }[];
    readonly enrolled: number | null;
  } | null;
  /** True if a shutdown interrupted the connection's set-up. */
  readonly isBrokenOff: boolean;
}

export interface Facts {
  readonly connections: readonly ConnectionFacts[];
  /** True if this server could not load its configuration file, and continues with the last valid one. */
  readonly isNotLoaded: boolean;
  /** Age of the oldest audit records without a signed head, in seconds. */
  readonly headWaitingSec: number;
  /** Result of the last verification of the audit log. `null` if it was not verified completely. */
  readonly isTrailSound: boolean | null;
  readonly backupAt: EpochMs | null;
  readonly keys: readonly {
    readonly name: string;
    readonly isCurrent: boolean;
    readonly problem: string | null;
    readonly since: EpochMs | null;
    readonly lifeDays: number;
  }[];
}

/** Seconds without a signed head after which a task appears. Normally a head is signed every minute. */
const longestHeadWaitSec = 600;
/** Age from which a backup is too old. */
export const backupDays = 7;
const shadowDays = 30;
const examinationDays = 7;

export function findToDo(facts: Facts, now: EpochMs, others: readonly ToDo[] = []): ToDo[] {
  const ofConnections = facts.connections.flatMap((connection) => ofConnection(connection, now));
  const items = [...ofServer(facts, now), ...ofConnections, ...others];
  const order = Object.keys(toDoUrgency);
  return items.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
}

function collect(connection: string | null) {
  const items: ToDo[] = [];
  const add = (
    code: ToDoCode,
    where: ConsolePlace,
    words: string,
    found: Partial<Pick<ToDo, 'about' | 'since'>> = {},
  ): void =>
    void items.push({ code, urgency: toDoUrgency[code], words, connection, about: null, count: 1, where, ...found });
  return { items, add };
}

function ofServer({ isNotLoaded, headWaitingSec, isTrailSound, backupAt, keys }: Facts, now: EpochMs): ToDo[] {
  const { items, add } = collect(null);
  if (isTrailSound === false) add('trail_unsound', 'audit', 'The audit trail was altered.');
  if (isNotLoaded)
    add('configuration_not_loaded', 'doctor', 'The configuration cannot be loaded. The last valid one is active.');
  if (headWaitingSec > longestHeadWaitSec)
    add('head_old', 'audit', `Records have waited ${Math.floor(headWaitingSec / 60)} minutes for a signed head.`);
  if (backupAt === null) add('backup_missing', 'backup', 'This server has no known backup.');
  else if (isOlder(backupAt, backupDays, now))
    add('backup_old', 'backup', `The last backup is ${daysSince(backupAt, now)} days old.`);
  for (const { name, isCurrent, problem, since, lifeDays } of keys) {
    if (problem !== null) add('key_unusable', 'keys', `${name} cannot be used: ${problem}.`);
    else if (isCurrent && since !== null && isOlder(since, lifeDays, now))
      add('key_old', 'keys', `${name} has been in use for ${daysSince(since, now)} days: rotate it.`);
  }
  return items;
}

function ofConnection(facts: ConnectionFacts, now: EpochMs): ToDo[] {
  const { id, mode, shadowSince, switchedBy, examined, isBrokenOff } = facts;
  const { items, add } = collect(id);
  for (const { title, since } of examined?.failing ?? [])
    add('doctor_failing', 'doctor', `The doctor found an error at ${id}: ${title}.`, { about: title, since });
  if (mode === 'enforce' && examined?.enrolled === 0)
    add(
      'nobody_enrolled',
      'connection',
      `${id} is in enforce mode, and no user is enrolled: no user can pass a face check.`,
    );
  if (isBrokenOff) add('apply_broken_off', 'connection', `The set-up of ${id} was interrupted: apply again.`);
  if (shadowSince !== null && isOlder(shadowSince, shadowDays, now))
    add('shadow_long', 'connection', `${id} has been in shadow mode for ${daysSince(shadowSince, now)} days.`);
  if (examined === null) add('doctor_old', 'doctor', `${id} has not been checked recently.`);
  else if (isOlder(examined.at, examinationDays, now))
    add('doctor_old', 'doctor', `${id} was last checked ${daysSince(examined.at, now)} days ago.`);
  if (switchedBy !== null)
    add(
      'mode_switched',
      'connection',
      `${switchedBy} switched ${id} to ${mode} mode by hand: set ${mode === 'shadow' ? 'policy.mode and the mode of each rule' : 'policy.mode'} in the configuration to the same.`,
    );
  return items;
}

const isOlder = (time: EpochMs, days: number, now: EpochMs): boolean => now > addSec(time, days * secondsPerDay);

const daysSince = (time: EpochMs, now: EpochMs): number => Math.floor((now - time) / 1000 / secondsPerDay);
