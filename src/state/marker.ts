import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { Clock } from '../core/ports.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { isSystemError } from '../files/durable-file.js';

/**
 * What this server has noted beside its store, in a file of its own.
 * @returns `null` where it never has
 * @throws FaceError `state_unavailable`: the file is not as it was written
 */
export async function readMarker<Guard extends z.ZodType>(file: string, guard: Guard): Promise<z.output<Guard> | null> {
  try {
    return guard.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return null;
    throw new FaceError('state_unavailable', { file }, { cause });
  }
}

/** Farther ahead than a marker after a loss is on a server whose clock is behind as far as it may be. */
const aheadSec = 120;

/**
 * Whether the clock that wrote since when a store holds everything was ahead, as that of a machine which had just been started
 * may be. Whatever is issued would count as issued before, until that time comes.
 */
export const isAhead = (heldSince: EpochMs, clock: Clock): boolean => heldSince > addSec(clock.now(), aheadSec);
