import type { Ports } from '../deps.js';
import { readConsentedToken } from '../enrolment/consent.js';
import { hasEndedSince } from '../enrolment/enrolment-end.js';
import { type StepUpRecord, whoOf } from './record.js';

export async function isStillEnrolled(record: StepUpRecord, deps: Ports<'state'>): Promise<boolean> {
  if (await hasEndedSince(record, record.startedAt, deps)) return false;
  return (await readConsentedToken(whoOf(record), deps)) === record.codesOf;
}
