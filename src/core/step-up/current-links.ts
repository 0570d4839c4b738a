import { toSubjectRef } from '../connection.js';
import { endLinks, type Link, readLinks } from '../links/links.js';
import { findManaged } from './current-enrolment.js';
import type { FoundSession } from './session.js';
import type { StepUpDeps } from './stored.js';

/**
 * Returns the person's linked accounts.
 * @throws `step_up_unknown`, also for another purpose; `step_up_finished`
 */
export const readCurrentLinks = async (session: FoundSession, deps: StepUpDeps): Promise<readonly Link[]> =>
  readLinks(toSubjectRef(findManaged(session, deps)), deps);

/** Ends one link. Idempotent. @throws as `readCurrentLinks` */
export async function endCurrentLink(session: FoundSession, connection: string, deps: StepUpDeps): Promise<void> {
  await endLinks(toSubjectRef(findManaged(session, deps)), { connection }, deps);
}
