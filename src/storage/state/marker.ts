import type { z } from 'zod';
import type { Clock } from '../../core/ports.js';
import { addSec, type EpochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { readIfThere } from '../../files/durable-file.js';

/**
 * Reads a small JSON file next to the store.
 * @returns `null` if missing
 * @throws `state_unavailable` if malformed
 */
export async function readMarker<Guard extends z.ZodType>(file: string, guard: Guard): Promise<z.output<Guard> | null> {
  try {
    const text = await readIfThere(file);
    return text === null ? null : guard.parse(JSON.parse(text));
  } catch (cause) {
    throw new FaceError('state_unavailable', { file }, { cause });
  }
}

/**
 * Limit beyond which an epoch is too far in the future, in seconds. It exceeds the lead of a new epoch plus the allowed
 * clock difference.
 */
const aheadSec = 120;

/**
 * Returns true if a machine with a fast clock wrote the epoch of the store. Because everything issued before the epoch
 * is invalid, all results would be refused until that time.
 */
export const isAhead = (heldSince: EpochMs, clock: Clock): boolean => heldSince > addSec(clock.now(), aheadSec);
