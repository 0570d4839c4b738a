import { FaceError, toCode } from '../../errors.js';
import type { EndedSessions } from '../audit-events.js';
import { changeStored, readStored } from '../change-stored.js';
import type { Credential } from '../concealed.js';
import type { Connection, SubjectRef } from '../connection.js';
import type { Ports } from '../deps.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { addSec } from '../units.js';
import { forgetNoticeChoice } from './choice.js';
import { forgetNoticeDevices } from './devices.js';
import { type NotMeRecord, notMeLifeSec, toStoredNotMe } from './not-me-links.js';

/**
 * Ends the person's enrolment, pending step-ups, notification settings, and sessions at the provider. If a step fails,
 * the link stays valid, so that the person can retry.
 * @throws `step_up_unknown` for an unknown or used link; `connection_unknown`, `subject_unknown`
 */
export async function reportNotMe(
  secret: Credential,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings' | 'connections'>,
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
    // An attacker may have changed the settings to hide notifications.
    await forgetNoticeChoice(who, deps);
    await forgetNoticeDevices(who, deps);
    const sessions = await endSessions(connection, subject, deps);
    await deps.audit.append({ action: 'not_me_reported', ...who, detail: { sessions } });
    return sessions;
  };
  const sessions = await end().catch(async (error: unknown) => {
    // After a failure the link is valid again.
    await changeStored(stored, (record) => record && { ...record, isUsed: false }, { state });
    throw error;
  });
  return { ...who, sessions };
}

/** Ends sessions at the provider. Never throws, because the enrolment has ended already. */
async function endSessions(
  { id, profile }: Connection,
  subject: string,
  { log }: Ports<'log'>,
): Promise<EndedSessions> {
  if (profile.endSessions === undefined) return 'not_offered';
  return profile.endSessions(subject).then(
    () => 'ended' as const,
    (error: unknown) => {
      log.error('cannot end sessions', { connection: id, code: toCode(error) });
      return 'failed' as const;
    },
  );
}
