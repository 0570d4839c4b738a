import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { standardSettings } from '../../../support/data/settings.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { runDeliveryContract } from '../../../test/contract/delivery.js';
import { createManualClock } from '../../../test/contract/state.js';
import { type DeliveryConfig, deliveryGuard } from '../../config/delivery.js';
import { faultOf } from '../../core/ports/delivery.js';
import type { Message } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import { createFileSink, createOutbox, openDelivery } from './open.js';
import { withRecipientBudget } from './recipient-budget.js';

const lineGuard = z.object({
  channel: z.enum(['email', 'sms']),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
});

runDeliveryContract('outbox file', ['email', 'sms'], async () => {
  const folder = createFolder('outbox');
  const file = join(folder, 'outbox');
  let sink = createFileSink(file);
  return {
    delivery: createOutbox({ sink: (text) => sink(text), clock: createManualClock() }),
    arrived: async () =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => lineGuard.parse(JSON.parse(line))),
    breakDown: async () => {
      sink = createFileSink(join(folder, 'no such folder', 'outbox'));
    },
    close: async () => rmSync(folder, { recursive: true }),
  };
});

test('all messages to one recipient count in one budget, a failed one too, and leave the alerts theirs', async () => {
  const clock = createManualClock();
  const sent: string[] = [];
  const send = async ({ to, text }: Message) => {
    if (to === '+4917030') throw new FaceError('delivery_failed');
    sent.push(text);
  };
  const state = createSqliteState({ file: ':memory:', clock });
  const delivery = withRecipientBudget(
    { outbox: [], send },
    { state, clock, settings: standardSettings, log: createTextLog() },
  );
  const message = { channel: 'sms', to: '+4917010', subject: 's', text: 'code' } as const;
  const flood = (to: string) => Promise.allSettled(Array.from({ length: 25 }, () => delivery.send({ ...message, to })));
  const phones = ['+4917010', '+49 1701 0', '+49-(0)1701/0', '\u202a+49\u20111701\u20110\u202c', '+49.17010'];
  await Promise.allSettled(phones.flatMap((to) => Array.from({ length: 5 }, () => delivery.send({ ...message, to }))));
  expect(sent).toHaveLength(20);
  await delivery.send({ ...message, isAlert: true, text: 'alert' });
  await delivery.send({ ...message, to: '+4917020', text: 'other' });
  expect(sent.slice(20)).toEqual(['alert', 'other']);
  const failures = (await flood('+4917030')).map((each) => each.status === 'rejected' && faultOf(each.reason).fault);
  expect(failures.filter((fault) => fault === 'later')).toHaveLength(5);
  const spellings = ['r&d@münchen.example', 'R <R&D@xn--mnchen-3ya.example>'] as const;
  const mails = [...Array(70)].map((_, at) => ({ ...message, channel: 'email', to: spellings[at % 2] ?? '' }) as const);
  await Promise.allSettled(mails.map(delivery.send));
  expect(sent).toHaveLength(82);
  expect(await delivery.send({ ...message, to: '01701 0' }).catch(faultOf)).toMatchObject({ fault: 'refused' });
  const toNobody = await delivery.send({ ...message, channel: 'email', to: 'a@b@c.example' }).catch(faultOf);
  expect(toNobody).toMatchObject({ fault: 'refused' });
  clock.advanceSec(86_400);
  await delivery.send(message);
  expect(sent).toHaveLength(83);
});

test('the outbox file is readable only by its owner', async () => {
  const folder = createFolder('outbox');
  await createFileSink(join(folder, 'outbox'))('x');
  expect(statSync(join(folder, 'outbox')).mode & 0o777).toBe(0o600);
});

const relay = { kind: 'smtp', url: 'smtps://u:p@mail.example:465', from: 'a@b.example' };
const gateway = { kind: 'webhook', url: 'https://sms.example', secret: `whsec_${'A'.repeat(32)}` };

test.each<[string, object, DeliveryConfig['sms']['kind'], readonly string[]]>([
  ['nothing is configured', { kind: 'outbox' }, 'outbox', ['email', 'sms']],
  ['there is a mail relay only', relay, 'outbox', ['sms']],
  ['there is an SMS gateway only', { kind: 'outbox', sms: gateway }, 'webhook', ['email']],
  ['there are a mail relay and Amazon SNS', { ...relay, sms: { kind: 'aws-sns', region: 'eu-west-1' } }, 'aws-sns', []],
])('if %s, the delivery names the channels that it only writes to the file', async (_title, given, sms, expected) => {
  const config = deliveryGuard.parse(given);
  expect(config.sms.kind).toBe(sms);
  const clock = createManualClock();
  const outbox = createOutbox({ sink: async () => {}, clock });
  const delivery = await openDelivery(config, { outbox, clock, random: systemRandom, fetch });
  expect(delivery.outbox).toEqual(expected);
});
