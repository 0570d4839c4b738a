import { beforeEach, expect, test } from '@jest/globals';
import { enrolByApi, startCapture, who } from '../../support/benches/capture-bench.js';
import { openStarted } from '../../support/benches/capture-page.js';
import { asTyped } from '../../support/data/typed-codes.js';
import { type ApiServer, adminKey } from '../../support/servers/api-server.js';
import type { JsonObject } from '../core/base/json.js';
import type { Connection } from '../core/connection.js';
import type { OwnPageFlow } from '../step-up/own-page-flow.js';

let server: ApiServer;
let connections: Map<string, Connection>;
let tickets: { 'x-auth-token': string };
const admin = { 'x-admin-key': adminKey };
const tokenOf = async (tenant?: string) => ({ 'x-auth-token': (await server.issue(['callers'], tenant)).token });
beforeEach(async () => {
  ({ server, connections } = await startCapture());
  tickets = await tokenOf();
  for (const subject of ['00u1', '00u2']) await enrolByApi(server, subject);
  server.clock.advanceSec(60);
});

/** Opens the own page of a person, who by default showed their face a minute ago. */
async function openOwnPage(subject = '00u1', byFace = true, connectionId = 'acme') {
  const faceShownAt = byFace ? server.clock.now() : null;
  server.clock.advanceSec(60);
  const connection = server.deps.connections.get(connectionId)!;
  const flow: OwnPageFlow = { kind: 'own_page', faceShownAt, proof: 'invitation', mayRenew: true };
  return (await openStarted(server, { connection, subject, purpose: 'manage' }, flow)).page;
}
const show = async (page: Awaited<ReturnType<typeof openOwnPage>>) =>
  String((await page.post('/face/caller-pin')).body.pin);
const enter = async (pin: string, by = tickets, more: object = {}) =>
  (await server.postJson('/callers/pin', { connection: 'acme', pin, ...more }, by)).body;
/** Another PIN than that one. */
const wrong = (pin: string) => pin.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
const detailsOf = (action: string): readonly JsonObject[] =>
  server.audit.events.flatMap((event) => (event.action === action ? [event.detail as JsonObject] : []));

test('a ticket system that enters the PIN of a person’s own page learns once who the person is', async () => {
  const faceShownAt = new Date(server.clock.now()).toISOString();
  const pin = await show(await openOwnPage());
  expect(pin).toMatch(/^\d{3} \d{3} \d{4}$/);
  expect(await enter(asTyped(pin).trim(), tickets, { reference: 'HELP-4711' })).toMatchObject({
    person: { ...who, login: '00u1@example.com', email: '00u1@example.com' },
    faceShownAt,
    enrolledAt: new Date(server.clock.now() - 120_000).toISOString(),
  });
  expect(detailsOf('vouched')).toMatchObject([{ outcome: 'passed', way: 'pin', reference: 'HELP-4711' }]);
  expect(detailsOf('vouched')[0]?.stepUpId).toBe(detailsOf('caller_pin_made')[0]?.stepUpId);
  expect((await enter(pin)).code).toBe('code_wrong');
});

test('of two simultaneous entries of one PIN, one learns who it is', async () => {
  const pin = await show(await openOwnPage());
  const acme = connections.get('acme')!;
  let reads = 0;
  let goOn = () => {};
  const bothRead = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  // Both have found the PIN before one of them consumes it.
  const readAccount = async (subject: string) => {
    reads += 1;
    if (reads === 2) goOn();
    await bothRead;
    return acme.profile.readAccount(subject);
  };
  connections.set('acme', { ...acme, profile: { ...acme.profile, readAccount } });
  const replies = await Promise.all([enter(pin), enter(pin)]);
  expect(replies.map(({ code = 'identified' }) => code).toSorted()).toEqual(['code_wrong', 'identified']);
});

test('wrong, expired, replaced and foreign PINs get the same reply, and the store has no PIN', async () => {
  const first = await openOwnPage();
  const replaced = await show(first);
  const pin = await show(first);
  const refusals = [await enter(replaced), await enter(wrong(pin)), await enter(pin, tickets, { connection: 'other' })];
  const stored = JSON.stringify(await server.deps.state.read('caller-pins:acme'));
  expect(stored).toContain('00u1');
  expect(stored).not.toContain(pin.replaceAll(' ', ''));
  server.clock.advanceSec(301);
  refusals.push(await enter(pin));
  for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
  expect(refusals[0]).toMatchObject({ code: 'code_wrong' });
  expect(detailsOf('caller_pin_refused')).toHaveLength(4);
});

test('a page that was opened without a face, or whose enrolment has ended, shows no PIN', async () => {
  const signedIn = await openOwnPage('00u1', false);
  expect((await signedIn.get('/face/devices')).body).toMatchObject({ mayMakeCallerPin: false });
  expect((await signedIn.post('/face/caller-pin')).body.code).toBe('not_found');
  const page = await openOwnPage();
  expect((await page.get('/face/devices')).body).toMatchObject({ mayMakeCallerPin: true });
  const pin = await show(page);
  expect((await page.post('/face/enrolment/revoke')).status).toBe(200);
  expect((await page.post('/face/caller-pin')).body.code).toBe('not_found');
  expect((await enter(pin)).code).toBe('code_wrong');
});

test('a token gets ten wrong PINs an hour, also at once and before a right one; correct PINs are not counted', async () => {
  const page = await openOwnPage();
  for (let entered = 0; entered < 12; entered += 1)
    expect((await enter(await show(page))).person).toMatchObject({ subject: '00u1' });
  const pin = await show(page);
  const codes = (await Promise.all(Array.from({ length: 12 }, () => enter(wrong(pin))))).map(({ code }) => code);
  expect(codes.filter((code) => code === 'code_wrong').length).toBeLessThanOrEqual(10);
  expect((await enter(pin)).code).toBe('locked_out');
  // The help desk is another agent.
  const { body } = await server.postJson('/help-desk/caller-pins', { connection: 'acme', pin }, admin);
  expect(body).toMatchObject({ person: { subject: '00u1' } });
  expect(detailsOf('vouched').at(-1)).not.toHaveProperty('reference');
});

test('half of an hour’s 60 wrong PINs at a connection, and of 100 in all, are for all; then each caller has one', async () => {
  const guess = async (connection: string, times: number) => {
    for (let left = times; left > 0; left -= 10) {
      const by = await tokenOf();
      for (let at = 0; at < Math.min(10, left); at += 1)
        expect((await enter('0', by, { connection })).code).toBe('code_wrong');
    }
  };
  await guess('acme', 31);
  const by = await tokenOf();
  expect((await enter('0', by)).code).toBe('code_wrong');
  expect((await enter('0', by)).code).toBe('locked_out');
  await guess('other', 18);
  const last = await tokenOf();
  expect((await enter('0', last, { connection: 'other' })).code).toBe('code_wrong');
  expect((await enter('0', last, { connection: 'other' })).code).toBe('locked_out');
});

test('a token of another connection enters no PIN', async () => {
  const pin = await show(await openOwnPage());
  expect((await enter(pin, await tokenOf('globex'))).code).toBe('connection_unknown');
});
