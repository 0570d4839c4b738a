import { z } from 'zod';
import type { CoreDeps } from './deps.js';
import { addSec, type EpochMs, epochMsGuard } from './units.js';

const recordGuard = z.object({
  stepUpId: z.string(),
  passedAt: epochMsGuard,
  liveness: z.number().nullable(),
  /** The event that used it; whoever comes later finds it spent. */
  usedBy: z.string().nullable(),
});

/** A step-up that passed and waits for a hook. */
export type PassedStepUp = z.infer<typeof recordGuard>;

type Who = { readonly connection: string; readonly subject: string };
const passedKey = ({ connection, subject }: Who): string => `passed:${connection}:${subject}`;

/** Notes that a step-up passed, in place of any earlier one of the subject. It is kept for `freshnessSec`. */
export async function recordPassedStepUp(
  who: Who,
  result: { readonly stepUpId: string; readonly passedAt: EpochMs; readonly liveness: number | null },
  { freshnessSec }: { readonly freshnessSec: number },
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  const record: PassedStepUp = { ...result, usedBy: null };
  await state.write(passedKey(who), record, { when: 'any', expiresAt: addSec(result.passedAt, freshnessSec) });
}

/**
 * Takes the newest passed step-up of a subject for one event. The swap is atomic, so that of two events only one gets
 * it; the event that has it may ask again.
 * @returns `null` where there is none, it is no longer fresh, or another event used it
 */
export async function takePassedStepUp(
  who: Who,
  { eventId, freshnessSec }: { readonly eventId: string; readonly freshnessSec: number },
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<PassedStepUp | null> {
  const found = await state.read(passedKey(who));
  if (found === null) return null;
  const passed = recordGuard.parse(found.value);
  const freshUntil = addSec(passed.passedAt, freshnessSec);
  if (freshUntil <= clock.now()) return null;
  if (passed.usedBy !== null) return passed.usedBy === eventId ? passed : null;
  const used = { ...passed, usedBy: eventId };
  const options = { when: { revision: found.revision }, expiresAt: freshUntil };
  if (await state.write(passedKey(who), used, options)) return used;
  const winner = await state.read(passedKey(who));
  return winner !== null && recordGuard.parse(winner.value).usedBy === eventId ? used : null;
}

/** Forgets a passed step-up that no hook has used yet. */
export async function forgetPassedStepUp(who: Who, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  await state.delete(passedKey(who));
}
