import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { openServer } from '../../../test/contract/bench.js';
import { runDeliveryContract } from '../../../test/contract/delivery.js';
import { createManualClock } from '../../../test/contract/state.js';
import type { Message } from '../../core/ports.js';
import { Credential } from '../../core/secrets.js';
import { toWebhookKey } from '../../core/webhook-signature.js';
import { createOutbox } from './open.js';
import { createSmsWebhook } from './sms-webhook.js';

const key = Buffer.alloc(32, 7);
const secret = `whsec_${key.toString('base64')}`;

/** A gateway that takes only what is signed, as docs/help-desk.md tells administrators to. */
async function startGateway() {
  const clock = createManualClock(Date.now());
  const taken = new Map<string, Message>();
  const seen: IncomingHttpHeaders[] = [];
  let status = 204;
  let failures = 0;
  const { url, close } = await openServer(async (request, response) => {
    const body = await text(request);
    seen.push(request.headers);
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
    const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
    const isFresh = Math.abs(clock.now() / 1000 - Number(at)) < 300;
    if (request.method !== 'POST' || signature !== `v1,${expected}` || !isFresh) {
      response.writeHead(401).end();
      return;
    }
    const { type, data } = JSON.parse(body);
    if (type === 'sms' && status < 300) taken.set(String(id), { channel: 'sms', subject: 'Your code', ...data });
    failures -= 1;
    response.writeHead(failures >= 0 ? 503 : status).end('+4915112345678 123456');
  });
  const deliver = (given = secret) =>
    createSmsWebhook({
      url: `${url}/sms`,
      secret: new Credential(given),
      others: createOutbox({ sink: async () => {}, clock }),
      fetch,
      clock,
      random: systemRandom,
    });
  return {
    taken,
    seen,
    deliver,
    delivery: deliver(),
    answer: (next: number) => {
      status = next;
    },
    failFirst: (times: number) => {
      failures = times;
    },
    close,
  };
}

runDeliveryContract('signed webhook', ['sms'], async () => {
  const gateway = await startGateway();
  return {
    delivery: gateway.delivery,
    arrived: async () => [...gateway.taken.values()],
    breakDown: async () => gateway.answer(500),
    close: () => gateway.close(),
  };
});

describe('a signed webhook', () => {
  const message: Message = { channel: 'sms', to: '+4915112345678', subject: 'Your code', text: '123456 is your code.' };

  test('has the same id in a retry, so that the gateway can discard duplicates', async () => {
    const gateway = await startGateway();
    gateway.failFirst(1);
    await gateway.delivery.send(message);
    expect(gateway.seen).toHaveLength(2);
    expect(new Set(gateway.seen.map((headers) => headers['webhook-id'])).size).toBe(1);
    expect([...gateway.taken.values()]).toEqual([message]);
    await gateway.close();
  });

  test.each([400, 401, 302])('is not retried after the status %i', async (status) => {
    const gateway = await startGateway();
    gateway.answer(status);
    await expect(gateway.delivery.send(message)).rejects.toMatchObject({ code: 'delivery_failed' });
    expect(gateway.seen).toHaveLength(status === 302 ? 2 : 1);
    await gateway.close();
  });

  test.each(['', 'whsec_', 'whsec_c2hvcnQ=', key.toString('base64'), `whsec_${'%'.repeat(40)}`])(
    'is refused with the malformed secret %j',
    (text) => {
      expect(toWebhookKey(text)).toBeNull();
    },
  );
});
