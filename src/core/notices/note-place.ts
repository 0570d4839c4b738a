import { toCode } from '../../errors.js';
import type { Ports } from '../deps.js';
import { type StepUpRecord, whoOf } from '../step-up/record.js';
import { meetPlace, type Place } from './known-places.js';

/**
 * Stores from which device and network a check was passed, and adds an audit event if one of them is new. Skips
 * enrolments, and connections without notifications. Failures do not affect the check.
 */
export async function notePlace(
  { id, record, place }: { readonly id: string; readonly record: StepUpRecord; readonly place: Place },
  deps: Ports<'state' | 'clock' | 'audit' | 'log' | 'keys'>,
): Promise<void> {
  const who = whoOf(record);
  try {
    const met = await meetPlace(who, place, deps);
    if (record.purpose === 'enrol' || !(met.device || met.network)) return;
    await deps.audit.append({ action: 'new_place_seen', ...who, detail: { stepUpId: id, ...met } });
  } catch (error) {
    deps.log.warn('cannot store the device and network of a check', {
      connection: who.connection,
      code: toCode(error),
    });
  }
}
