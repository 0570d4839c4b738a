import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { Clock } from '../core/ports.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { isSystemError } from '../files/durable-file.js';

/**
 * Reads a file next to the store.
 * @returns `null` if missing
 * @throws `state_unavailable` if malformed
 */
export async function readMarker<Guard extends z.ZodType>(file: string, guard: Guard): Promise<z.output<Guard> | null> {
  try {
    return guard.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return null;
    throw new FaceError('state_unavailable', { file }, { cause });
  }
}

/** Larger than the lead of a marker plus the allowed clock difference. */
const aheadSec = 120;

/**
 * Returns true if a machine with a fast clock wrote the epoch. Such an epoch would make everything issued before it
 * invalid.
 */
export const isAhead = (heldSince: EpochMs, clock: Clock): boolean => heldSince > addSec(clock.now(), aheadSec);
