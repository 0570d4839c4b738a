import type { Clock, Delivery, Fetch, Random } from '../../core/ports.js';
import type { Credential } from '../../core/secrets.js';
import { signWebhook } from '../../core/webhook-signature.js';
import { FaceError } from '../../errors.js';

const timeoutMs = 5000;

/** The gateway recognizes a repeated message by its id. */
const attempts = 2;

/**
 * Creates SMS delivery by the administrator's own gateway (Standard Webhooks). Messages other than SMS are passed to
 * `others`. Errors omit the response, which may quote the phone number.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createSmsWebhook(options: {
  readonly url: string;
  readonly secret: Credential;
  readonly others: Delivery;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
}): Delivery {
  const { url, secret, others, fetch, clock, random } = options;

  const post = async (id: string, body: string): Promise<'taken' | 'refused' | 'unanswered'> => {
    const headers = signWebhook({ id, body, at: clock.now() }, [secret]);
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal }).catch(() => null);
    await answer?.body?.cancel();
    if (answer === null || answer.status >= 500 || answer.status === 429) return 'unanswered';
    return answer.ok ? 'taken' : 'refused';
  };

  return {
    outbox: others.outbox.filter((channel) => channel !== 'sms'),
    async send(message) {
      if (message.channel !== 'sms') return others.send(message);
      const { to, text } = message;
      const id = `msg_${Buffer.from(random(16)).toString('base64url')}`;
      const body = JSON.stringify({ type: 'sms', data: { to, text } });
      for (let made = 0; made < attempts; made += 1) {
        const outcome = await post(id, body);
        if (outcome === 'taken') return;
        if (outcome === 'refused') break;
      }
      throw new FaceError('delivery_failed', { channel: 'sms' });
    },
  };
}
