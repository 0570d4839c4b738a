import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kmsEnvironment } from '../../../support/servers/kms/index.js';
import { startSns, type Trouble } from '../../../support/servers/sns.js';
import { runDeliveryContract } from '../../../test/contract/delivery.js';
import { createManualClock } from '../../../test/contract/state.js';
import type { Message } from '../../core/ports.js';
import { createSnsDelivery } from './aws-sns.js';
import { createOutbox } from './open.js';

const former = { ...process.env };
beforeAll(() => {
  Object.assign(process.env, kmsEnvironment);
});
afterAll(() => {
  for (const name of Object.keys(kmsEnvironment)) {
    if (former[name] === undefined) delete process.env[name];
    else process.env[name] = former[name];
  }
});

const message: Message = { channel: 'sms', to: '+4915112345678', subject: 'Your code', text: '123456 is your code.' };

async function start(senderId: string | null = null) {
  const sns = await startSns();
  const lines: string[] = [];
  const others = createOutbox({ sink: async (text) => void lines.push(text), clock: createManualClock() });
  const delivery = createSnsDelivery({ region: sns.region, endpoint: sns.url, senderId }, { others });
  return { sns, lines, delivery };
}

runDeliveryContract('Amazon SNS', ['sms'], async () => {
  const { sns, delivery } = await start();
  return {
    delivery,
    arrived: async () => sns.published.map(({ to, text }) => ({ ...message, to, text })),
    breakDown: async () => sns.cause('denied'),
    close: () => sns.close(),
  };
});

describe('Amazon SNS', () => {
  test('sends transactional SMS, with the sender id if one is configured', async () => {
    const { sns, delivery, lines } = await start('FACESTEP');
    await delivery.send(message);
    expect(sns.published).toEqual([
      {
        to: message.to,
        text: message.text,
        attributes: { 'AWS.SNS.SMS.SMSType': 'Transactional', 'AWS.SNS.SMS.SenderID': 'FACESTEP' },
      },
    ]);
    await delivery.send({ ...message, channel: 'email', to: 'ada@example.test' });
    expect([sns.published.length, lines.length]).toEqual([1, 1]);
    await sns.close();
  });

  test.each<[Trouble, string]>([
    ['denied', 'AuthorizationErrorException'],
    ['throttled', 'ThrottledException'],
  ])('reports a request that is %s as delivery_failed, without the service’s message', async (trouble, reason) => {
    const { sns, delivery } = await start();
    sns.cause(trouble);
    const error: unknown = await delivery.send(message).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'delivery_failed', detail: { service: 'aws-sns', reason } });
    expect(JSON.stringify((error as { detail: unknown }).detail)).not.toMatch(/4915|opted out|authorized/);
    expect((error as { cause?: unknown }).cause).toBeUndefined();
    await sns.close();
  });

  test('refuses a phone number that is not in international format', async () => {
    const { sns, delivery } = await start();
    await expect(delivery.send({ ...message, to: '0151 12345678' })).rejects.toMatchObject({ code: 'delivery_failed' });
    expect(sns.published).toEqual([]);
    await sns.close();
  });
});
