import type { WebhookConfig } from '../../../config/webhooks.js';
import { type Check, fail, pass } from '../../../connections/provisioning.js';
import type { Ports } from '../../../core/deps.js';
import { sendTestEvent } from '../../../security-events/webhook.js';

/** Creates the check that the receivers of a connection's webhooks accept events. Each receives a `webhook.test`. */
export function createWebhookChecks(
  webhooks: readonly WebhookConfig[],
  connection: string,
  deps: Ports<'clock' | 'random' | 'fetch'>,
): readonly Check[] {
  const receivers = webhooks.filter(({ connections }) => connections?.includes(connection) ?? true);
  if (receivers.length === 0) return [];
  return [
    {
      title: 'Webhooks',
      async run() {
        const sent = await Promise.all(
          receivers.map(async (webhook) => ({ id: webhook.id, reason: (await sendTestEvent(webhook, deps)).reason })),
        );
        const problems = sent.flatMap(({ id, reason }) => (reason === null ? [] : [`${id}: ${reason}`]));
        if (problems.length === 0) return pass(`${sent.map(({ id }) => id).join(', ')}: accepted a test event`);
        return fail(
          `a test event was not delivered to ${problems.join('; ')}`,
          'Check the address, the certificate and the log of the receiver. Then check again',
        );
      },
    },
  ];
}
