import { hashRaw } from '@node-rs/argon2';
import { createFairQueue } from '../base/fair-queue.js';
import { KeyMaterial } from '../core/concealed.js';
import type { QueueShare } from '../core/queue-share.js';
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
 * Runs of one class of callers that may wait: some four seconds of work. Refusals take eight runs each, so they can arrive faster than they are
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
  share: QueueShare,
  room?: number,
) => Promise<KeyMaterial>;

/** Makes the one `Stretch` of a process. */
export function createStretch(cost: StretchCost): Stretch {
  const waiting = createFairQueue<{ go(): void; refuse(error: FaceError): void }>(mostWaiting);
  let running = 0;

  const wait = (share: QueueShare, room: number): Promise<void> =>
    new Promise((go, refuse) => {
      if (room === 0) waiting.pushBegun({ go, refuse }, share);
      else
        for (const job of waiting.push({ go, refuse }, share, room))
          job.refuse(new FaceError('overloaded', { retryAfterSec }));
    });

  async function inTurn<T>(share: QueueShare, room: number, work: () => Promise<T>): Promise<T> {
    if (running < greatestWidth) running += 1;
    else await wait(share, room);
    try {
      return await work();
    } finally {
      // The turn passes straight on, so that a newcomer cannot take it in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next.go();
    }
  }

  return async (purpose, value, salt, share, room = 1) => {
    const password = Buffer.concat([Buffer.from(`facestep/fv1/${purpose}\0`), value]);
    try {
      return await inTurn(share, room, async () => {
        const options = { salt, outputLen: 32, memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: 1 };
        return new KeyMaterial(await hashRaw(password, options));
      });
    } finally {
      password.fill(0);
    }
  };
}
