import { appendFile } from 'node:fs/promises';
import type { Clock, Delivery } from '../core/ports.js';
import { toIso } from '../core/units.js';
import { FaceError } from '../errors.js';

/** Takes one message as text for the administrator to read. It holds a code, so it must not be the log. */
export type OutboxSink = (text: string) => Promise<void>;

/**
 * Delivery to the administrator instead of the person: for trying out, and for what no gateway carries.
 * @throws FaceError `delivery_failed` where the sink does not take the message
 */
export function createOutbox({ sink, clock }: { sink: OutboxSink; clock: Clock }): Delivery {
  return {
    async send({ channel, to, subject, text }) {
      // One line each, so that no message can pass for two.
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
