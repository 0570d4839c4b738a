import type { CoreDeps } from '../deps.js';
import { readConsentedToken } from '../enrolment/consent.js';
import { hasEndedSince } from '../enrolment/enrolment-end.js';
import { type StepUpRecord, whoOf } from './record.js';

/** Whether the enrolment that a pass offered recovery codes for is the person's still: it has not ended, nor has another taken its place. */
export async function isStillEnrolled(record: StepUpRecord, deps: Pick<CoreDeps, 'state'>): Promise<boolean> {
  if (await hasEndedSince(record, record.startedAt, deps)) return false;
  return (await readConsentedToken(whoOf(record), deps)) === record.codesOf;
}
