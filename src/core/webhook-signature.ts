import { createHmac } from 'node:crypto';
import type { Credential } from './secrets.js';
import { type EpochMs, toEpochSec } from './units.js';

/**
 * Returns the key of a webhook secret. `null` if it is not `whsec_` and base64 of 24 to 64 bytes.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function toWebhookKey(secret: string): Buffer | null {
  const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(encoded, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/**
 * Signs a message as in Standard Webhooks, and returns its headers.
 * @param message.id - the same for each repetition
 * @param secrets - while a secret is replaced, both sign
 */
export function signWebhook(
  { id, body, at }: { readonly id: string; readonly body: string; readonly at: EpochMs },
  secrets: readonly Credential[],
): Record<string, string> {
  const timestamp = String(toEpochSec(at));
  const signed = secrets.map((secret) =>
    secret.use((text) => {
      const hmac = createHmac('sha256', toWebhookKey(text) ?? '').update(`${id}.${timestamp}.${body}`);
      return `v1,${hmac.digest('base64')}`;
    }),
  );
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signed.join(' '),
  };
}
