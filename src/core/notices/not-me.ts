import { FaceError, toCode } from '../../errors.js';
import type { EndedSessions } from '../audit-events.js';
import { changeStored, readStored } from '../change-stored.js';
import type { Credential } from '../concealed.js';
import type { Connection, SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { addSec } from '../units.js';
import { forgetNoticeChoice } from './choice.js';
import { forgetNoticeDevices } from './devices.js';
import { type NotMeRecord, notMeLifeSec, toStoredNotMe } from './not-me-links.js';

/**
 * Ends the enrolment of whoever got the notice, what waits for them, their choice of notices, and their sessions at the provider. The link is used up once that is done, and on record, so that it can be
 * pressed again where the provider, the store or the trail was away.
 * @returns whose it was, and what became of the sessions
 * @throws FaceError `step_up_unknown`: there is no such link, or it was used; `connection_unknown`, `subject_unknown`,
 *   `profile_unavailable`, `state_unavailable`
 */
export async function reportNotMe(
  secret: Credential,
  deps: CoreDeps & { readonly connections: ReadonlyMap<string, Connection> },
): Promise<SubjectRef & { readonly sessions: EndedSessions }> {
  const { clock, state } = deps;
  const found = await readStored(toStoredNotMe(secret, clock.now()), { state });
  if (found === null || found.record.isUsed) throw new FaceError('step_up_unknown');
  const { connection: id, subject } = found.record;
  const connection = deps.connections.get(id);
  if (connection === undefined) throw new FaceError('connection_unknown');
  await revokeSubject({ connection, subject }, deps);
  const stored = toStoredNotMe(secret, addSec(clock.now(), notMeLifeSec));
  const use = (record: NotMeRecord | null): NotMeRecord => {
    if (record === null || record.isUsed) throw new FaceError('step_up_unknown');
    return { ...record, isUsed: true };
  };
  await changeStored(stored, use, { state }, found);
  const who = { connection: id, subject };
  const end = async (): Promise<EndedSessions> => {
    // Whoever did it may have chosen that nobody hears of it, or that they do.
    await forgetNoticeChoice(who, deps);
    await forgetNoticeDevices(who, deps);
    const sessions = await endSessions(connection, subject, deps);
    await deps.audit.append({ action: 'not_me_reported', ...who, detail: { sessions } });
    return sessions;
  };
  const sessions = await end().catch(async (error: unknown) => {
    // Of many presses one is the report: it is there for the next one.
    await changeStored(stored, (record) => record && { ...record, isUsed: false }, { state });
    throw error;
  });
  return { ...who, sessions };
}

/** The enrolment has ended by then: a provider that does not do this is no reason to say that nothing happened. */
async function endSessions({ id, profile }: Connection, subject: string, { log }: CoreDeps): Promise<EndedSessions> {
  if (profile.endSessions === undefined) return 'not_offered';
  return profile.endSessions(subject).then(
    () => 'ended' as const,
    (error: unknown) => {
      log.error('sessions not ended', { connection: id, code: toCode(error) });
      return 'failed' as const;
    },
  );
}
