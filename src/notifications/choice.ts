import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { type LetterLanguage, letterLanguages } from '../core/language.js';
import { type NoticeKind, noticeKinds } from '../core/page-protocol.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../core/units.js';

/** Retention, in seconds after the person last opened the settings. */
const keptSec = 400 * secondsPerDay;

const choiceGuard = z.object({
  off: z.array(z.enum(noticeKinds)),
  /** True if e-mails are sent even if a device gets a push notification. */
  email: z.boolean(),
  language: z.enum(letterLanguages).nullable(),
  at: epochMsGuard,
});
export type NoticeChoice = z.infer<typeof choiceGuard>;

const choiceKey = ({ connection, subject }: SubjectRef): string => `notice-choice:${connection}:${subject}`;

const toStored = (who: SubjectRef) => ({
  key: choiceKey(who),
  guard: choiceGuard,
  expiresAt: ({ at }: NoticeChoice): EpochMs => addSec(at, keptSec),
});

export async function readNoticeChoice(who: SubjectRef, deps: Ports<'state'>): Promise<NoticeChoice | null> {
  return (await readStored(toStored(who), deps))?.record ?? null;
}

export async function keepNoticeChoice(
  who: SubjectRef,
  change: { readonly on?: readonly NoticeKind[]; readonly email?: boolean; readonly language: LetterLanguage },
  deps: Ports<'state' | 'clock'>,
): Promise<NoticeChoice> {
  const { on, email, language } = change;
  const at = deps.clock.now();
  const keep = (found: NoticeChoice | null): NoticeChoice => ({
    off: on === undefined ? (found?.off ?? []) : noticeKinds.filter((kind) => !on.includes(kind)),
    email: email ?? found?.email ?? true,
    language,
    at,
  });
  return (await changeStored(toStored(who), keep, deps)).changed;
}

export async function forgetNoticeChoice(who: SubjectRef, { state }: Ports<'state'>): Promise<void> {
  await state.delete(choiceKey(who));
}

export const noticeChoiceData = {
  part: 'notice_choice',
  keys: ['notice-choice:*:*'],
  read: async (who, deps) => {
    const kept = await readNoticeChoice(who, deps);
    return { noticeChoice: kept && { off: kept.off, email: kept.email, language: kept.language } };
  },
  // Deleted last, because the settings control how the user is notified that the enrolment has ended.
  endedBy: 'erasure_last',
  forget: forgetNoticeChoice,
} as const satisfies PersonalData;
