import { FaceError } from '../../errors.js';
import type { Ports } from '../deps.js';
import { readConsentedToken } from '../enrolment/consent.js';
import { hasEndedSince } from '../enrolment/revoke.js';
import { issueReceipt, receiptLifeSec } from '../receipt.js';
import { addSec } from '../units.js';
import { isReceiptWaiting, type StepUpRecord, whoOf } from './record.js';
import { changeRecord, readRecord } from './stored.js';

export async function withReceipt(
  id: string,
  passed: StepUpRecord,
  deps: Ports<'clock' | 'random' | 'audit' | 'signer' | 'issuer'>,
): Promise<StepUpRecord> {
  const { connection, subject, kept, receiptFor, pass, action } = passed;
  if (receiptFor === null || pass === null || pass.accuracy === null) return passed;
  const { at: passedAt, accuracy, liveness, presence, methods } = pass;
  // If the caller stores the token, only the caller knows whose token it is, so the receipt names the caller's tenant.
  const of = kept === null ? connection : `${kept.binding.idp}:${kept.binding.tenant}`;
  const stated = { connection: of, subject, stepUpId: id, passedAt, accuracy, liveness, presence, methods, action };
  const expiresAt = addSec(deps.clock.now(), receiptLifeSec);
  const receipt = await issueReceipt(receiptFor, stated, deps);
  return { ...passed, receipt: { text: receipt.use((text) => text), expiresAt } };
}

/**
 * Issues a pending receipt. Idempotent.
 * @returns the step-up without a receipt if none is pending, or if the enrolment has ended or changed
 * @throws `step_up_unknown`; `step_up_finished` if no recovery codes were offered
 */
export async function takeReceipt(
  id: string,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'signer' | 'issuer'>,
): Promise<StepUpRecord> {
  const found = await readRecord(id, deps);
  const { record } = found;
  if (record.recoveryCodes === 'none') throw new FaceError('step_up_finished');
  if (!isReceiptWaiting(record, deps.clock.now()) || !(await isStillEnrolled(record, deps))) return record;
  const { receipt } = await withReceipt(id, record, deps);
  return changeRecord(id, (latest) => (latest.receipt === null ? { ...latest, receipt } : latest), deps, found);
}

export async function isStillEnrolled(record: StepUpRecord, deps: Ports<'state'>): Promise<boolean> {
  if (await hasEndedSince(record, record.startedAt, deps)) return false;
  return (await readConsentedToken(whoOf(record), deps)) === record.codesOf;
}
