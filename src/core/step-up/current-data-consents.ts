import { toSubjectRef } from '../connection.js';
import { type DataConsent, readDataConsents, withdrawDataConsents } from '../consented-data/consents.js';
import type { Ports } from '../deps.js';
import { findManaged } from './current-enrolment.js';
import type { FoundSession } from './session.js';

/**
 * Returns a person's data consents.
 * @throws `step_up_unknown`, also if the step-up is not the person's own page; `step_up_finished`
 */
export const readCurrentDataConsents = async (
  session: FoundSession,
  deps: Ports<'state' | 'clock'>,
): Promise<readonly DataConsent[]> => readDataConsents(toSubjectRef(findManaged(session, deps)), deps);

export async function withdrawCurrentDataConsent(
  session: FoundSession,
  client: string,
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  await withdrawDataConsents(toSubjectRef(findManaged(session, deps)), { client }, deps);
}
