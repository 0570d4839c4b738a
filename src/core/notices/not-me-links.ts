import { z } from 'zod';
import { changeStored, readStored } from '../change-stored.js';
import { Credential } from '../concealed.js';
import type { SubjectRef } from '../connection.js';
import type { Ports } from '../deps.js';
import { digestOf } from '../digest.js';
import type { PersonalData } from '../personal-data/registration.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../units.js';

export const notMeLifeSec = 7 * secondsPerDay;

const recordGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  expiresAt: z.number(),
  isUsed: z.boolean(),
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
  { state, clock, random }: Ports<'state' | 'clock' | 'random'>,
): Promise<Credential> {
  const secret = new Credential(Buffer.from(random(32)).toString('base64url'));
  const expiresAt = addSec(clock.now(), notMeLifeSec);
  const record: NotMeRecord = { connection, subject, expiresAt, isUsed: false };
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
