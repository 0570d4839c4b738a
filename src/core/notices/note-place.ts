import { toCode } from '../../errors.js';
import type { CoreDeps } from '../deps.js';
import type { Keys } from '../ports.js';
import { type StepUpRecord, whoOf } from '../step-up/record.js';
import { meetPlace, type Place } from './known-places.js';

/**
 * Remembers where a check that has passed came from, and records one that came from a new device or network. An enrolment is
 * told of by itself. Where the policy asks for no notices nothing is kept. A check that has passed is not held up by it: what
 * fails is logged.
 */
export async function notePlace(
  { id, record, place }: { readonly id: string; readonly record: StepUpRecord; readonly place: Place },
  deps: CoreDeps & { readonly keys: Keys },
): Promise<void> {
  const who = whoOf(record);
  try {
    const met = await meetPlace(who, place, deps);
    if (record.purpose === 'enrol' || !(met.device || met.network)) return;
    await deps.audit.append({ action: 'new_place_seen', ...who, detail: { stepUpId: id, ...met } });
  } catch (error) {
    deps.log.warn('place of a check not noted', { connection: who.connection, code: toCode(error) });
  }
}
