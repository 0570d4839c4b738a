import type { DeliveryConfig, SmsConfig } from '../../config/delivery.js';
import type { Ports } from '../../core/deps.js';
import type { Delivery } from '../../core/ports.js';

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
