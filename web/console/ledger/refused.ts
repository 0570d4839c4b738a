import type { ModeReply, RefusedReply } from '../../../src/connections/replies.js';
import type { SessionActions } from '../frame/acting.js';
import { post } from '../frame/call.js';
import type { Who } from './requests.js';

/** @param mode - `shadow` for the users who would be refused, `enforce` for the users who are */
export const listRefused = (connection: string, mode: ModeReply['inForce'], cursor: string | null) =>
  post<RefusedReply>(`/v1/connections/${encodeURIComponent(connection)}/refused`, {
    mode,
    limit: 100,
    cursor: cursor ?? undefined,
  });

/** Reads the refused users who are not enrolled, whom an invitation helps. */
export async function* readNotEnrolled(
  connection: string,
  mode: ModeReply['inForce'],
  call: SessionActions['call'],
): AsyncGenerator<Who> {
  let cursor: string | null = null;
  do {
    const page: RefusedReply = await call(listRefused(connection, mode, cursor));
    for (const { subject, isEnrolled } of page.subjects) if (!isEnrolled) yield { connection, subject };
    cursor = page.cursor;
  } while (cursor !== null);
}
