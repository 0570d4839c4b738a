import { hashRaw } from '@node-rs/argon2';
import { createFairQueue } from '../../core/base/fair-queue.js';
import type { QueueShare } from '../../core/queue-share.js';
import { KeyMaterial } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';

export interface StretchCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/**
 * 19 MiB, two passes, one lane. Any change would make all tokens useless.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
export const publishedCost: StretchCost = { memoryKiB: 19_456, passes: 2 };

/** Maximum of concurrent runs, which limits memory to 38 MiB. */
const greatestWidth = 2;

/**
 * Maximum of waiting Argon2id computations per class of callers, about four seconds of work. Refusing a face takes
 * eight computations. Callers are turned away before the first of them, because an attempt that is broken off later
 * would not be counted.
 */
export const mostWaiting = 1024;
const retryAfterSec = 4;

/** Separates the two uses of Argon2id. */
export type StretchPurpose = 'message' | 'secret';

/**
 * Computes 32 bytes by Argon2id (RFC 9106, version 0x13) in another thread.
 * @param room - number of computations that the caller may need, all of which must fit in the queue; 0 for further
 * computations of an admitted caller
 */
export type Stretch = (
  purpose: StretchPurpose,
  value: Uint8Array,
  salt: Uint8Array,
  share: QueueShare,
  room?: number,
) => Promise<KeyMaterial>;

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
      // The next waiting computation starts at once, so that a new call cannot take its turn.
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
