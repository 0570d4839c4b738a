import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import { type Connection, requireConnection, type SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { Credential, digestOf } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { FaceError, toCode } from '../errors.js';
import { forgetNotificationChoice } from './choice.js';
import { forgetNotificationDevices } from './devices.js';
import type { EndedSessions } from './events.js';

export const notMeLifeSec = 7 * secondsPerDay;

const recordGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  expiresAt: z.number(),
  isUsed: z.boolean(),
  /** False for a failed check, whose report ends nothing, because the face was not accepted. */
  endsEnrolment: z.boolean().default(true),
});
export type NotMeRecord = z.infer<typeof recordGuard>;

/** Returns where the link is stored. The store has only a digest of the secret. */
export const toStoredNotMe = (secret: Credential, expiresAt: EpochMs) => ({
  key: secret.use((text) => `not-me:${digestOf(text).toString('base64url')}`),
  guard: recordGuard,
  expiresAt: () => expiresAt,
});

export async function issueNotMe(
  { connection, subject }: SubjectRef,
  { endsEnrolment }: Pick<NotMeRecord, 'endsEnrolment'>,
  { state, clock, random }: Ports<'state' | 'clock' | 'random'>,
): Promise<Credential> {
  const secret = new Credential(Buffer.from(random(32)).toString('base64url'));
  const expiresAt = addSec(clock.now(), notMeLifeSec);
  const record: NotMeRecord = { connection, subject, expiresAt, isUsed: false, endsEnrolment };
  const { key } = toStoredNotMe(secret, expiresAt);
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

const linksOf = ({ connection, subject }: SubjectRef) => ({
  key: `not-me-of:${connection}:${subject}`,
  guard: linksGuard,
  expiresAt: ({ links }: Links): EpochMs | null => links.at(-1)?.expiresAt ?? null,
});

export const noticeLinkData = {
  part: 'notice_links',
  keys: ['not-me:*', 'not-me-of:*:*'],
  read: async (who, { state, clock }) => {
    const found = await readStored(linksOf(who), { state });
    const alive = found?.record.links.filter(({ expiresAt }) => expiresAt > clock.now()) ?? [];
    const last = alive.at(-1);
    return { noticeLinks: last === undefined ? null : { links: alive.length, expiresAt: toIso(last.expiresAt) } };
  },
  // Deleted before the last notification is sent, so that the new link in that notification stays valid.
  endedBy: 'erasure',
  async forget(who, { state }) {
    const found = await readStored(linksOf(who), { state });
    for (const { key } of found?.record.links ?? []) await state.delete(key);
    await state.delete(linksOf(who).key);
  },
} as const satisfies PersonalData;

/**
 * Returns the connection of a link that was not used.
 * @throws `step_up_unknown` for an unknown or used link; `connection_unknown`
 */
export async function findNotMe(secret: Credential, { state, clock, connections }: FindDeps) {
  const found = await readStored(toStoredNotMe(secret, clock.now()), { state });
  if (found === null || found.record.isUsed) throw new FaceError('step_up_unknown');
  return { found, connection: requireConnection(found.record.connection, { connections }) };
}

type FindDeps = Ports<'state' | 'clock' | 'connections'>;

/**
 * Records a report. Unless it is about a failed check, ends the person's enrolment, pending step-ups, recoveries (by
 * `forget` of `recoveryData`), notification settings, and sessions at the provider. If a step fails, the link stays
 * valid, so that the person can retry.
 * @throws `step_up_unknown` for an unknown or used link; `connection_unknown`, `subject_unknown`
 */
export async function reportNotMe(
  secret: Credential,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings' | 'connections'>,
): Promise<SubjectRef & { readonly sessions: EndedSessions }> {
  const { clock, state } = deps;
  const { found, connection } = await findNotMe(secret, deps);
  const { connection: id, subject, endsEnrolment } = found.record;
  if (endsEnrolment) await revokeSubject({ connection, subject, isReported: true }, deps);
  const stored = toStoredNotMe(secret, addSec(clock.now(), notMeLifeSec));
  const use = (record: NotMeRecord | null): NotMeRecord => {
    if (record === null || record.isUsed) throw new FaceError('step_up_unknown');
    return { ...record, isUsed: true };
  };
  await changeStored(stored, use, { state }, found);
  const who = { connection: id, subject };
  const end = async (): Promise<EndedSessions> => {
    if (endsEnrolment) {
      // An attacker may have changed the settings to hide notifications.
      await forgetNotificationChoice(who, deps);
      await forgetNotificationDevices(who, deps);
    }
    const sessions = endsEnrolment ? await endSessions(connection, subject, deps) : 'kept';
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
