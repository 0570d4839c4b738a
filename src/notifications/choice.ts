import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { type SupportedLanguage, supportedLanguages } from '../core/language.js';
import { type NotificationKind, notificationKinds } from '../core/page-protocol.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../core/units.js';

/** Retention, in seconds after the person last opened the settings. */
const keptSec = 400 * secondsPerDay;

const choiceGuard = z.object({
  off: z.array(z.enum(notificationKinds)),
  /** True if e-mails are sent even if a device gets a push notification. */
  email: z.boolean(),
  language: z.enum(supportedLanguages).nullable(),
  at: epochMsGuard,
});
export type NotificationChoice = z.infer<typeof choiceGuard>;

const choiceKey = ({ connection, subject }: SubjectRef): string => `notice-choice:${connection}:${subject}`;

const toStored = (who: SubjectRef) => ({
  key: choiceKey(who),
  guard: choiceGuard,
  expiresAt: ({ at }: NotificationChoice): EpochMs => addSec(at, keptSec),
});

export async function readNotificationChoice(
  who: SubjectRef,
  deps: Ports<'state'>,
): Promise<NotificationChoice | null> {
  return (await readStored(toStored(who), deps))?.record ?? null;
}

export async function storeNotificationChoice(
  who: SubjectRef,
  change: { readonly on?: readonly NotificationKind[]; readonly email?: boolean; readonly language: SupportedLanguage },
  deps: Ports<'state' | 'clock'>,
): Promise<NotificationChoice> {
  const { on, email, language } = change;
  const at = deps.clock.now();
  const keep = (found: NotificationChoice | null): NotificationChoice => ({
    off: on === undefined ? (found?.off ?? []) : notificationKinds.filter((kind) => !on.includes(kind)),
    email: email ?? found?.email ?? true,
    language,
    at,
  });
  return (await changeStored(toStored(who), keep, deps)).changed;
}

export async function forgetNotificationChoice(who: SubjectRef, { state }: Ports<'state'>): Promise<void> {
  await state.delete(choiceKey(who));
}

export const noticeChoiceData = {
  part: 'notice_choice',
  keys: ['notice-choice:*:*'],
  read: async (who, deps) => {
    const kept = await readNotificationChoice(who, deps);
    return { noticeChoice: kept && { off: kept.off, email: kept.email, language: kept.language } };
  },
  // Deleted last, because the settings control how the user is notified that the enrolment has ended.
  endedBy: 'erasure_last',
  forget: forgetNotificationChoice,
} as const satisfies PersonalData;
