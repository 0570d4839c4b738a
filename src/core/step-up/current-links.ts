import { toSubjectRef } from '../connection.js';
import type { Ports } from '../deps.js';
import { endLinks, type Link, readLinks } from '../links/links.js';
import { findManaged } from './current-enrolment.js';
import type { FoundSession } from './session.js';

export const readCurrentLinks = async (
  session: FoundSession,
  deps: Ports<'state' | 'clock'>,
): Promise<readonly Link[]> => readLinks(toSubjectRef(findManaged(session, deps)), deps);

export async function endCurrentLink(
  session: FoundSession,
  connection: string,
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  await endLinks(toSubjectRef(findManaged(session, deps)), { connection }, deps);
}
