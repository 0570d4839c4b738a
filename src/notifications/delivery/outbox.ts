import { appendFile } from 'node:fs/promises';
import type { Clock, Delivery } from '../../core/ports.js';
import { toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';

/** Destination of messages. It must not be the server's log, because messages contain one-time codes. */
export type OutboxSink = (text: string) => Promise<void>;

export function createOutbox({ sink, clock }: { sink: OutboxSink; clock: Clock }): Delivery {
  return {
    async send({ channel, to, subject, text }) {
      // JSON, so that a text cannot look like two messages.
      const line = JSON.stringify({ time: toIso(clock.now()), channel, to, subject, text });
      await sink(`${line}\n`).catch((cause: unknown) => {
        throw new FaceError('delivery_failed', null, { cause });
      });
    },
  };
}

export function createFileSink(path: string): OutboxSink {
  return (text) => appendFile(path, text, { mode: 0o600 });
}
