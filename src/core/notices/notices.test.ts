import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createTestCore } from '../../../test/core.js';
import { createFolder } from '../../../test/folder.js';
import { systemRandom } from '../../../test/sinks.js';
import { FaceError } from '../../errors.js';
import type { AuditEvent } from '../audit-events.js';
import type { Policy } from '../connection.js';
import { defaultBrand } from '../letters/brand.js';
import { letterLanguages } from '../letters/language.js';
import type { Message } from '../ports.js';
import { createNotifyingAudit, mostInADay } from './notifying-audit.js';
import { noticeWords } from './words.js';

const folder = createFolder('notices');
let cores = 0;

async function setUp(policy: Partial<Policy> = {}) {
  const core = await createTestCore(join(folder, `keys-${++cores}.json`), { notices: true, ...policy });
  const { connection, state, clock, log } = core;
  const sent: Message[] = [];
  let fails = false;
  const delivery = {
    send: async (message: Message) => {
      if (fails) throw new FaceError('delivery_failed');
      sent.push(message);
    },
  };
  const audit = createNotifyingAudit(core.audit, {
    ...{ state, clock, log, delivery, random: systemRandom, issuer: 'https://face.example.com' },
    connectionOf: (id) => (id === connection.id ? connection : undefined),
    brandOf: async () => ({ ...defaultBrand, organisation: 'Harbour Clinic' }),
  });
  const append = async (...events: readonly AuditEvent[]): Promise<void> => {
    for (const event of events) await audit.append(event);
    await audit.settle();
  };
  return {
    ...{ core, sent, append, audit },
    setFailing: () => {
      fails = true;
    },
  };
}

const anna = { connection: 'work', subject: 'anna' } as const;
const toChange = <Kind extends 'enrolment' | 'renewal'>(kind: Kind) => ({
  ...{ tokenId: 't', keyVersion: 1, photos: 3, kind, expiresAt: null, former: null, formerExpiresAt: null },
});
const events = {
  enrolled: { action: 'enrolled', ...anna, detail: toChange('enrolment') },
  new_place: { action: 'new_place_seen', ...anna, detail: { stepUpId: 's', device: true, network: false } },
  refused: { action: 'verification_refused', ...anna, detail: { tokenId: 't' } },
  locked: { action: 'locked_out', ...anna, detail: { level: 1, until: '2026-01-01T00:00:00.000Z' } },
  ended: { action: 'revoked', ...anna, detail: { tokenId: 't' } },
} as const satisfies Record<string, AuditEvent>;

const subjectsOf = (sent: readonly Message[]) => sent.map(({ subject }) => subject);

test.each(Object.keys(events) as (keyof typeof events)[])(
  '%s: the person is told, at the address of that moment',
  async (kind) => {
    const { sent, append } = await setUp();
    await append(events[kind]);
    expect(sent).toHaveLength(1);
    const [{ channel, to, subject, text, html } = sent[0]!] = sent;
    expect({ channel, to, subject }).toEqual({
      channel: 'email',
      to: 'anna@example.com',
      subject: noticeWords.en.notices[kind].subject,
    });
    expect(text).toMatch(/https:\/\/face\.example\.com\/face\/not-me\?lang=en#[\w-]{43}\n/);
    expect(text).toContain('Harbour Clinic');
    expect(html?.toString()).toContain('<html lang="en" dir="ltr">');
  },
);

test('what is nothing to a person is not told', async () => {
  const { sent, append } = await setUp();
  await append(
    { action: 'renewed', ...anna, detail: toChange('renewal') },
    { action: 'verified', ...anna, detail: { tokenId: 't' } },
    { action: 'revoked', ...anna, detail: { tokenId: null } },
    { action: 'revoked', ...anna, detail: { tokenId: 't', expiresAt: null, client: 'c' } },
    { action: 'verification_refused', connection: 'work', subject: '', detail: { tokenId: null } },
    { action: 'verification_refused', connection: 'other', subject: 'anna', detail: { tokenId: null } },
  );
  expect(sent).toEqual([]);
});

test('where the policy does not ask for notices there are none', async () => {
  const { sent, append, core } = await setUp({ notices: false });
  await append(events.enrolled);
  expect(sent).toEqual([]);
  expect(core.audit.events).toHaveLength(1);
});

test.each(letterLanguages)('notices are in the language of the connection: %s', async (language) => {
  const { sent, append } = await setUp({ language });
  await append(events.locked);
  expect(subjectsOf(sent)).toEqual([noticeWords[language].notices.locked.subject]);
  expect(sent[0]?.text).toContain(`?lang=${language}#`);
  const all = [...Object.values(noticeWords[language].notices).flatMap(({ subject, text }) => [subject, text])];
  expect(new Set(all).size).toBe(10);
});

test('the end of an enrolment and the consent withdrawn with it are one letter', async () => {
  const { sent, append } = await setUp();
  await append({ action: 'consent_withdrawn', ...anna, detail: { tokenId: 't' } }, events.ended);
  expect(subjectsOf(sent)).toEqual([noticeWords.en.notices.ended.subject]);
});

test('nobody can be flooded: one of a kind in an hour, a few in a day, and another person is told all the same', async () => {
  const { sent, append, core } = await setUp();
  await append(...Array.from({ length: 50 }, () => events.refused));
  expect(sent).toHaveLength(1);
  for (let hour = 0; hour < 20; hour += 1) {
    core.clock.advanceSec(3600);
    await append(events.refused, events.locked);
  }
  // Twenty hours may touch two days.
  expect(sent.length).toBeGreaterThanOrEqual(mostInADay);
  expect(sent.length).toBeLessThanOrEqual(2 * mostInADay);
  const before = sent.length;
  await append({ ...events.refused, subject: 'berta' });
  expect(sent.slice(before).map(({ to }) => to)).toEqual(['berta@example.com']);
});

test('a letter that fails, or a provider that is away, holds up nothing and refuses nothing', async () => {
  const { append, core, setFailing } = await setUp();
  setFailing();
  await append(events.enrolled);
  core.profile.setDown(true);
  await append(events.refused);
  expect(core.audit.events.map(({ action }) => action)).toEqual(['enrolled', 'verification_refused']);
  expect(core.log.text()).toMatch(/notice not sent.*delivery_failed/);
  expect(core.log.text()).toMatch(/notice not sent.*profile_unavailable/);
  expect(core.log.text()).not.toMatch(/anna|example\.com/);
});

test('nobody waits for the letter', async () => {
  const { core, audit, sent } = await setUp();
  let answer: () => void = () => {};
  const { readAccount } = core.profile;
  core.profile.readAccount = async (subject) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return readAccount(subject);
  };
  await audit.append(events.enrolled);
  expect(core.audit.events).toHaveLength(1);
  expect(sent).toEqual([]);
  while (sent.length === 0) {
    answer();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await audit.settle();
});
