import { z } from 'zod';
import { toWebhookKey } from '../core/webhook-signature.js';
import { credentialGuard } from './credential.js';
import { safeUrlGuard } from './safe-url.js';
import { receivedConnectionsGuard, receiverIdGuard } from './security-events.js';

/** Types of the events that webhooks send. */
export const webhookEventNames = [
  'step_up.finished',
  'enrolment.created',
  'enrolment.replaced',
  'enrolment.ended',
  'person.locked_out',
  'help.requested',
  'recovery.finished',
  'mode.changed',
] as const;

export const webhookSecretGuard = credentialGuard
  .refine((secret) => secret.use(toWebhookKey) !== null, 'expected whsec_ and base64 of 24 to 64 random bytes')
  .meta({ secretPrefix: 'whsec_' });

export const webhookGuard = z.strictObject({
  id: receiverIdGuard.describe('Id of the subscription in logs, metrics and undelivered events.'),
  url: safeUrlGuard.describe('Address that events are sent to, as a POST.'),
  secret: webhookSecretGuard.describe('Secret. `whsec_` and base64 of 24 to 64 random bytes, which sign the events.'),
  previousSecret: webhookSecretGuard
    .optional()
    .describe('Secret. Former secret, which signs the events too while receivers change to the new one.'),
  events: z
    .array(z.enum(webhookEventNames))
    .min(1)
    .default([...webhookEventNames])
    .describe('Types of the events that it receives.'),
  connections: receivedConnectionsGuard,
});

export type WebhookConfig = z.output<typeof webhookGuard>;
