import { z } from 'zod';
import { FaceError, toCode } from '../../errors.js';
import type { EndedSessions } from '../audit-events.js';
import { changeStored, readStored } from '../change-stored.js';
import { Credential } from '../concealed.js';
import type { Connection, SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { digestOf } from '../digest.js';
import { revokeSubject } from '../enrolment/revoke.js';
import type { Random, State } from '../ports.js';
import { addSec, type EpochMs, secondsPerDay } from '../units.js';

/** So long after a notice somebody may say that it was not they. */
export const notMeLifeSec = 7 * secondsPerDay;

const recordGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  expiresAt: z.number(),
  isUsed: z.boolean(),
});
type NotMeRecord = z.infer<typeof recordGuard>;

/** Of the secret only its digest is kept. */
const toStored = (secret: Credential, expiresAt: EpochMs) => ({
  key: secret.use((text) => `not-me:${digestOf(text).toString('base64url')}`),
  guard: recordGuard,
  expiresAt: () => expiresAt,
});

/** Makes the secret of one notice's link. @throws FaceError `state_unavailable` */
export async function issueNotMe(
  { connection, subject }: SubjectRef,
  { state, clock, random }: { readonly state: State; readonly clock: CoreDeps['clock']; readonly random: Random },
): Promise<Credential> {
  const secret = new Credential(Buffer.from(random(32)).toString('base64url'));
  const expiresAt = addSec(clock.now(), notMeLifeSec);
  const record: NotMeRecord = { connection, subject, expiresAt, isUsed: false };
  await state.write(toStored(secret, expiresAt).key, record, { when: 'absent', expiresAt });
  return secret;
}

/**
 * Ends the enrolment of whoever got the notice, what waits for them, and their sessions at the provider. The link is used up once that is done, so that it can be
 * pressed again where the provider was away.
 * @returns whose it was, and what became of the sessions
 * @throws FaceError `step_up_unknown`: there is no such link, or it was used; `connection_unknown`, `subject_unknown`,
 *   `profile_unavailable`, `state_unavailable`
 */
export async function reportNotMe(
  secret: Credential,
  deps: CoreDeps & { readonly connections: ReadonlyMap<string, Connection> },
): Promise<SubjectRef & { readonly sessions: EndedSessions }> {
  const { clock, state } = deps;
  const found = await readStored(toStored(secret, clock.now()), { state });
  if (found === null || found.record.isUsed) throw new FaceError('step_up_unknown');
  const { connection: id, subject } = found.record;
  const connection = deps.connections.get(id);
  if (connection === undefined) throw new FaceError('connection_unknown');
  await revokeSubject({ connection, subject }, deps);
  const expiresAt = addSec(clock.now(), notMeLifeSec);
  const use = (record: NotMeRecord | null): NotMeRecord => {
    if (record === null || record.isUsed) throw new FaceError('step_up_unknown');
    return { ...record, isUsed: true };
  };
  await changeStored(toStored(secret, expiresAt), use, { state }, found);
  const who = { connection: id, subject };
  const sessions = await endSessions(connection, subject, deps);
  await deps.audit.append({ action: 'not_me_reported', ...who, detail: { sessions } });
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
