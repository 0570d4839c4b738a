import { toSubjectRef } from '../connection.js';
import { type DataConsent, readDataConsents, withdrawDataConsents } from '../consented-data/consents.js';
import { findManaged } from './current-enrolment.js';
import type { FoundSession } from './session.js';
import type { StepUpDeps } from './stored.js';

/**
 * Returns a person's data consents.
 * @throws `step_up_unknown`, also if the step-up is not the person's own page; `step_up_finished`
 */
export const readCurrentDataConsents = async (
  session: FoundSession,
  deps: StepUpDeps,
): Promise<readonly DataConsent[]> => readDataConsents(toSubjectRef(findManaged(session, deps)), deps);

export async function withdrawCurrentDataConsent(
  session: FoundSession,
  client: string,
  deps: StepUpDeps,
): Promise<void> {
  await withdrawDataConsents(toSubjectRef(findManaged(session, deps)), { client }, deps);
}
