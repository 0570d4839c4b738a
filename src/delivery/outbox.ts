import { appendFile } from 'node:fs/promises';
import type { Clock, Delivery } from '../core/ports.js';
import { toIso } from '../core/units.js';
import { FaceError } from '../errors.js';

/** The message contains a code, so it must not be the log. */
export type OutboxSink = (text: string) => Promise<void>;

/**
 * Creates delivery to the administrator, for trials and channels without a gateway.
 * @throws `delivery_failed` if the sink fails
 */
export function createOutbox({ sink, clock }: { sink: OutboxSink; clock: Clock }): Delivery {
  return {
    async send({ channel, to, subject, text }) {
      // No message can look like two.
      const line = JSON.stringify({ time: toIso(clock.now()), channel, to, subject, text });
      await sink(`${line}\n`).catch((cause: unknown) => {
        throw new FaceError('delivery_failed', null, { cause });
      });
    },
  };
}

/** Appends messages to a file that only its owner can read. */
export function createFileSink(path: string): OutboxSink {
  return (text) => appendFile(path, text, { mode: 0o600 });
}
