import { type Connection, readTokenIfAny } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { isEnrolled } from '../../enrolment/deny-list.js';
import { FaceError } from '../../errors.js';
import { stateAt } from '../../step-up/record.js';
import { changeRecord, readRecord } from '../../step-up/stored.js';
import { abandon } from '../../step-up/transitions.js';
import { applyLinkState, type LinkState, type Person } from './person.js';

type Seen = { readonly linkState: LinkState; readonly isOver: boolean };

export async function refreshLink(
  person: Person,
  connection: Connection,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<Person> {
  const { link, subject } = person;
  if (link === null || subject === null) return person;
  const now = deps.clock.now();
  const isExpired = link.expiresAt <= now;
  if (link.isOver && !isExpired) return person;
  const seen = await readSight(link.stepUpId, deps);
  if (seen.linkState === 'enrolled') return applyLinkState(person, 'enrolled', true);
  if (!seen.isOver && !isExpired) return applyLinkState(person, seen.linkState, false);
  // The step-up has ended or expired. The profile tells if the person enrolled.
  const token = await readTokenIfAny(connection, subject);
  return applyLinkState(person, isEnrolled(token, deps) ? 'enrolled' : isExpired ? 'expired' : seen.linkState, true);
}

async function readSight(stepUpId: string, deps: Ports<'state' | 'clock'>): Promise<Seen> {
  try {
    const { record } = await readRecord(stepUpId, deps);
    const state = stateAt(record, deps.clock.now());
    const isOver = state === 'failed' || state === 'expired' || state === 'abandoned';
    if (state === 'passed') return { linkState: 'enrolled', isOver: true };
    return { linkState: record.digests.challenge === null ? 'opened' : 'waiting', isOver };
  } catch (error) {
    // The step-up of an unopened link stays stored until the link expires, so a missing step-up means that the link was
    // opened.
    if (error instanceof FaceError && error.code === 'step_up_unknown') return { linkState: 'opened', isOver: true };
    throw error;
  }
}

/** Abandons the step-up of a link, so that the link stops working. Idempotent. */
export async function closeLink(stepUpId: string, deps: Ports<'state' | 'clock' | 'audit'>): Promise<void> {
  try {
    const { connection, subject } = await changeRecord(stepUpId, (record) => abandon(record, deps.clock.now()), deps);
    // The person did not cancel it.
    await deps.audit.append({ action: 'step_up_expired', connection, subject, detail: { stepUpId } });
  } catch (error) {
    const isEnded = error instanceof FaceError && ['step_up_unknown', 'step_up_finished'].includes(error.code);
    if (!isEnded) throw error;
  }
}
