import { hashRaw } from '@node-rs/argon2';
import { createFairQueue } from '../base/fair-queue.js';
import { KeyMaterial } from '../core/concealed.js';
import type { QueueShare } from '../core/queue-share.js';
import { FaceError } from '../errors.js';

/** Cost of one Argon2id run. */
export interface StretchCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/**
 * 19 MiB, two passes, one lane. Changing it changes all tokens.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
export const publishedCost: StretchCost = { memoryKiB: 19_456, passes: 2 };

/** Limits memory to 38 MiB. */
const greatestWidth = 2;

/**
 * Per class of callers: about four seconds of work. A refusal takes eight runs, so callers are turned away before the
 * first, and no attempt is uncounted.
 */
export const mostWaiting = 1024;
const retryAfterSec = 4;

/** Separates domains. */
export type StretchPurpose = 'message' | 'secret';

/**
 * Computes Argon2id (RFC 9106, version 0x13): 32 bytes, off the event loop.
 * @param room - runs that the caller may need, refused if they do not all fit the queue. 0: continues an admitted
 * series. Default: 1
 * @throws `overloaded`
 */
export type Stretch = (
  purpose: StretchPurpose,
  value: Uint8Array,
  salt: Uint8Array,
  share: QueueShare,
  room?: number,
) => Promise<KeyMaterial>;

/** Creates the process's `Stretch`. */
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
      // The slot passes on directly, so that no newcomer takes it.
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
