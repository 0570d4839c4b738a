import { changeStored, type FoundRecord } from '../core/change-stored.js';
import type { Connection, Policy } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { StateRecord } from '../core/ports.js';
import { policyUnder } from '../core/rules/rule.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { type FlowPorts, termsOf } from './flow.js';
import {
  anonymousSourceOf,
  type Check,
  recordGuard,
  type StepUpRecord,
  type StepUpState,
  stateAt,
  type Termed,
} from './record.js';
import { heldTokenOf, requestOf } from './request-flow.js';
import { dropHeldToken, end, judgedWithinSec } from './transitions.js';

/**
 * A stored step-up. `connection` is `null` if the caller stores the token and named no connection, or if the connection
 * is no longer configured.
 */
export interface StepUp extends Termed {
  readonly id: string;
  readonly connection: Connection | null;
}

/** Seconds after the end in which the outcome can be read. */
const keptAfterEndSec = 3600;

/** Parses a record. @returns `null` for one of an earlier version, whose step-up is over */
function parseRecord(found: StateRecord | null): FoundRecord<StepUpRecord> | null {
  const parsed = recordGuard.safeParse(found?.value);
  return found === null || !parsed.success ? null : { record: parsed.data, revision: found.revision };
}

const toStored = (id: string) => ({
  key: `step-up:${id}`,
  guard: recordGuard,
  expiresAt(record: StepUpRecord): EpochMs {
    if (heldTokenOf(record) === null) return addSec(record.expiresAt, keptAfterEndSec);
    // With the caller's token, a step-up is deleted when it expires, or after a running attempt.
    return record.captured === null ? record.expiresAt : addSec(record.expiresAt, judgedWithinSec);
  },
});

export async function readRecord(id: string, deps: Ports<'state'>): Promise<FoundRecord<StepUpRecord>> {
  const found = parseRecord(await deps.state.read(toStored(id).key));
  if (found === null) throw new FaceError('step_up_unknown');
  return found;
}

/** Returns the step-ups that are still stored, in the same order. */
export async function readRecords(
  ids: readonly string[],
  { state }: Ports<'state'>,
): Promise<readonly (StepUpRecord | null)[]> {
  const found = await state.readMany(ids.map((id) => toStored(id).key));
  return found.map((each) => parseRecord(each)?.record ?? null);
}

export async function findStepUp(
  id: string,
  deps: Ports<'state' | 'connections'> & FlowPorts,
): Promise<StepUp & { readonly revision: number }> {
  const { record, revision } = await readRecord(id, deps);
  const terms = termsOf(record, deps);
  const connection = deps.connections.get(record.connection) ?? null;
  return { id, record, terms, revision, connection: connection === null ? null : underRule(connection, record) };
}

/**
 * Returns whether a step-up is open, the application that requested it, and whether the user is notified of its failure.
 * `null` if it is no longer stored.
 */
export async function summarizeStepUp(id: string, { state, clock }: Ports<'state' | 'clock'>) {
  const found = parseRecord(await state.read(toStored(id).key));
  if (found === null) return null;
  const { record } = found;
  // Anyone can start a sign-in without a password, as often as limits allow.
  const notifies = anonymousSourceOf(record) === null || (requestOf(record)?.receipt ?? null) === null;
  return { state: summaries[stateAt(record, clock.now())], application: record.application, notifies };
}

const summaries = {
  started: 'open',
  captured: 'open',
  passed: 'passed',
  // No face passed, so the failed checks may be those of another person.
  passed_another_way: 'over',
  failed: 'over',
  expired: 'over',
  abandoned: 'over',
} as const satisfies Record<StepUpState, string>;

/** Returns the connection with the settings of the rule that asked for the check, if it still exists. */
function underRule(connection: Connection, { rule: name }: Pick<Check, 'rule'>): Connection {
  const rule = name === null ? undefined : connection.policy.rules.find((each) => each.name === name);
  return rule === undefined ? connection : { ...connection, policy: policyUnder(connection.policy, rule) };
}

/**
 * Returns the liveness that a check had to show: that of its rule or policy, or of the check in place of a vendor's or of
 * a glance.
 */
export function livenessShown(
  check: Pick<Check, 'rule' | 'isVendorReplaced' | 'isGlance'>,
  connection: Connection,
): Policy['liveness'] {
  if (check.isGlance) return 'glance';
  const { liveness } = underRule(connection, check).policy;
  return check.isVendorReplaced || liveness === 'glance' ? 'movement' : liveness;
}

/** Removes from an ended step-up what only a running one needs. */
function withoutAsking(record: StepUpRecord): StepUpRecord {
  if (record.state === 'started' || record.state === 'captured') return record;
  const ended = dropHeldToken(record);
  return ended.handOff === null ? ended : { ...ended, handOff: { ...ended.handOff, asking: null } };
}

export async function writeRecord(
  id: string,
  record: StepUpRecord,
  how: { readonly when: 'absent' | 'any'; readonly relaxedDurability?: boolean },
  { state }: Ports<'state'>,
): Promise<void> {
  const { key, expiresAt } = toStored(id);
  const stored = withoutAsking(record);
  await state.write(key, stored, { ...how, expiresAt: expiresAt(stored) });
}

/**
 * Changes a step-up.
 * @param known - record as just read
 * @throws `step_up_unknown`, `state_unavailable`, and what `change` throws
 */
export async function changeRecord(
  id: string,
  change: (record: StepUpRecord) => StepUpRecord,
  deps: Ports<'state'>,
  known: FoundRecord<StepUpRecord> | null = null,
): Promise<StepUpRecord> {
  const step = (found: StepUpRecord | null): StepUpRecord => {
    if (found === null) throw new FaceError('step_up_unknown');
    return withoutAsking(change(found));
  };
  return (await changeStored(toStored(id), step, deps, known)).changed;
}

/** Ends an attempt. @throws `step_up_finished` if another one has started */
export async function endAttempt(
  { id, record: captured }: StepUp,
  ended: StepUpRecord,
  deps: Ports<'state'>,
): Promise<void> {
  // A passed attempt has reserved the step-up, so the write needs no condition.
  if (ended.state === 'passed') await writeRecord(id, { ...ended, captured: null }, { when: 'any' }, deps);
  else await changeRecord(id, (found) => end(found, captured, ended), deps);
}
