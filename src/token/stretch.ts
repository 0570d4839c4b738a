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
 * worked off, and whoever sends them is told to come back.
 */
export const mostWaiting = 1024;
const retryAfterSec = 4;

/** What a value is stretched for; part of Argon2id's input, so that equal values for two purposes differ. */
export type StretchPurpose = 'message' | 'secret';

/**
 * Argon2id (RFC 9106, version 0x13) of a value under a salt: 32 bytes, off the event loop.
 * @throws FaceError `overloaded`
 */
export type Stretch = (purpose: StretchPurpose, value: Uint8Array, salt: Uint8Array) => Promise<KeyMaterial>;

/** Makes the one `Stretch` of a process. */
export function createStretch(cost: StretchCost): Stretch {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting.length >= mostWaiting) throw new FaceError('overloaded', { retryAfterSec });
    if (running === greatestWidth) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The turn passes straight on, so that a newcomer cannot take it in between.
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return async (purpose, value, salt) => {
    const password = Buffer.concat([Buffer.from(`facestep/fv1/${purpose}\0`), value]);
    try {
      return await inTurn(async () => {
        const options = { salt, outputLen: 32, memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: 1 };
        return new KeyMaterial(await hashRaw(password, options));
      });
    } finally {
      password.fill(0);
    }
  };
}
