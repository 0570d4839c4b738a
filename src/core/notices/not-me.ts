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
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../units.js';
import { forgetNoticeChoice } from './choice.js';
import { forgetNoticeDevices } from './devices.js';

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
  const { key } = toStored(secret, expiresAt);
  await state.write(key, record, { when: 'absent', expiresAt });
  const add = (found: Links | null): Links => {
    const alive = found?.links.filter((link) => link.expiresAt > clock.now()) ?? [];
    return { links: [...alive, { key, expiresAt }] };
  };
  await changeStored(linksOf({ connection, subject }), add, { state });
  return secret;
}

const linksGuard = z.object({ links: z.array(z.object({ key: z.string(), expiresAt: epochMsGuard })) });
type Links = z.infer<typeof linksGuard>;

/** Under which keys the links of one person are: a few a day, as many as notices. */
const linksOf = ({ connection, subject }: SubjectRef) => ({
  key: `not-me-of:${connection}:${subject}`,
  guard: linksGuard,
  expiresAt: ({ links }: Links): EpochMs | null => links.at(-1)?.expiresAt ?? null,
});

/** How many links of notices a person has, and until when the last works; `null`: none. @throws FaceError `state_unavailable` */
export async function readNotMeLinks(
  who: SubjectRef,
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<{ readonly links: number; readonly expiresAt: EpochMs } | null> {
  const found = await readStored(linksOf(who), { state });
  const alive = found?.record.links.filter(({ expiresAt }) => expiresAt > clock.now()) ?? [];
  const last = alive.at(-1);
  return last === undefined ? null : { links: alive.length, expiresAt: last.expiresAt };
}

/** Forgets them: they lead nowhere from then on. @throws FaceError `state_unavailable` */
export async function forgetNotMeLinks(who: SubjectRef, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  const found = await readStored(linksOf(who), { state });
  for (const { key } of found?.record.links ?? []) await state.delete(key);
  await state.delete(linksOf(who).key);
}

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
  const found = await readStored(toStored(secret, clock.now()), { state });
  if (found === null || found.record.isUsed) throw new FaceError('step_up_unknown');
  const { connection: id, subject } = found.record;
  const connection = deps.connections.get(id);
  if (connection === undefined) throw new FaceError('connection_unknown');
  await revokeSubject({ connection, subject }, deps);
  const stored = toStored(secret, addSec(clock.now(), notMeLifeSec));
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
