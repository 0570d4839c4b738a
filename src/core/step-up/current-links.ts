import { toSubjectRef } from '../connection.js';
import { endLinks, type Link, readLinks } from '../links/links.js';
import { findManaged } from './current-enrolment.js';
import type { FoundSession } from './session.js';
import type { StepUpDeps } from './stored.js';

export const readCurrentLinks = async (session: FoundSession, deps: StepUpDeps): Promise<readonly Link[]> =>
  readLinks(toSubjectRef(findManaged(session, deps)), deps);

export async function endCurrentLink(session: FoundSession, connection: string, deps: StepUpDeps): Promise<void> {
  await endLinks(toSubjectRef(findManaged(session, deps)), { connection }, deps);
}
