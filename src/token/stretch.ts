import { hashRaw } from '@node-rs/argon2';
import { KeyMaterial } from '../core/concealed.js';
import { FaceError } from '../errors.js';

/** What one Argon2id run costs. */
export interface StretchCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/**
 * The published cost of the format: 19 MiB and two passes, one lane. Part of the format: another cost gives other tokens.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html (its first choice for Argon2id)
 */
export const publishedCost: StretchCost = { memoryKiB: 19_456, passes: 2 };

/** Runs at once in one process, so that a burst holds 38 MiB and no more; two keep two cores busy. */
const greatestWidth = 2;

/**
 * Runs that may wait: some four seconds of work. Refusals take eight runs each, so they can arrive faster than they are
 * worked off, and whoever sends them is told to come back: before the first of the eight, so that no guess goes uncounted.
 */
export const mostWaiting = 1024;
const retryAfterSec = 4;

/** What a value is stretched for; part of Argon2id's input, so that equal values for two purposes differ. */
export type StretchPurpose = 'message' | 'secret';

/**
 * Argon2id (RFC 9106, version 0x13) of a value under a salt: 32 bytes, off the event loop.
 * @param room - how many runs the caller may come to ask for, this one among them: it is refused where they may not all wait. 0 is
 *   one that room was found for before: it goes first, so that what was begun ends. 1 unless given
 * @throws FaceError `overloaded`
 */
export type Stretch = (
  purpose: StretchPurpose,
  value: Uint8Array,
  salt: Uint8Array,
  room?: number,
) => Promise<KeyMaterial>;

/** Makes the one `Stretch` of a process. */
export function createStretch(cost: StretchCost): Stretch {
  const begun: (() => void)[] = [];
  const waiting: { readonly room: number; go(): void }[] = [];
  let taken = 0;
  let running = 0;

  const next = (): (() => void) | undefined => {
    const first = begun.shift();
    if (first !== undefined) return first;
    const newcomer = waiting.shift();
    taken -= newcomer?.room ?? 0;
    return newcomer?.go;
  };

  async function inTurn<T>(room: number, work: () => Promise<T>): Promise<T> {
    if (room > 0 && taken + room > mostWaiting) throw new FaceError('overloaded', { retryAfterSec });
    if (running < greatestWidth) running += 1;
    else if (room === 0) await new Promise<void>((go) => begun.push(go));
    else {
      taken += room;
      await new Promise<void>((go) => waiting.push({ room, go }));
    }
    try {
      return await work();
    } finally {
      // The turn passes straight on, so that a newcomer cannot take it in between.
      const go = next();
      if (go === undefined) running -= 1;
      else go();
    }
  }

  return async (purpose, value, salt, room = 1) => {
    const password = Buffer.concat([Buffer.from(`facestep/fv1/${purpose}\0`), value]);
    try {
      return await inTurn(room, async () => {
        const options = { salt, outputLen: 32, memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: 1 };
        return new KeyMaterial(await hashRaw(password, options));
      });
    } finally {
      password.fill(0);
    }
  };
}
