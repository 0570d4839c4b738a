import { appendFile } from 'node:fs/promises';
import type { DeliveryConfig, SmsConfig } from '../../config/delivery.js';
import type { Ports } from '../../core/deps.js';
import type { Clock, Delivery } from '../../core/ports.js';
import { toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';

/** Destination of messages. It must not be the server's log, because messages contain one-time codes. */
type OutboxSink = (text: string) => Promise<void>;

export function createOutbox({ sink, clock }: { sink: OutboxSink; clock: Clock }): Delivery {
  return {
    outbox: ['email', 'sms'],
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

interface Deps extends Ports<'clock' | 'random' | 'fetch'> {
  readonly outbox: Delivery;
}

export async function openDelivery(config: DeliveryConfig, deps: Deps): Promise<Delivery> {
  const others = await openSms(config.sms, deps);
  if (config.kind === 'outbox') return others;
  const { url, from, requireTls } = config;
  const { createSmtpDelivery } = await import('./smtp.js');
  return createSmtpDelivery({ url, from, requireTls, others });
}

async function openSms(config: SmsConfig, deps: Deps): Promise<Delivery> {
  const { outbox: others } = deps;
  switch (config.kind) {
    case 'outbox':
      return others;
    case 'webhook': {
      const { createSmsWebhook } = await import('./sms-webhook.js');
      return createSmsWebhook({ ...deps, ...config, others });
    }
    case 'aws-sns': {
      const { createSnsDelivery } = await import('./aws-sns.js');
      return createSnsDelivery(config, { others });
    }
  }
}
