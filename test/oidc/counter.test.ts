import { expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { loginOf, startIssuer } from '../../support/benches/issuer.js';
import { counterConfig, meet, numbersOn, openCounter, openPhone } from './counter-bench.js';

/* A check in person: a counter shows a code, a phone opens it, and each side tells the other a number. */

const op = await startIssuer({ config: counterConfig });
await op.enrol('anna');
await op.enrol('berta');

const claims = JSON.stringify({ userinfo: { name: { essential: true }, email: null } });

test('a counter gets the result and the consented claims of a passed user, and can read nothing a minute later', async () => {
  const { counter, begun, phone, shown, next } = await meet(op, { claims });
  expect(await counter.ask(begun)).toMatchObject({ reply: { error: 'authorization_pending', state: 'checking' } });
  const consent = await phone.showFace(next, 'anna');
  expect(consent.text).toContain('Library desk asks for details about you');
  expect(consent.text).toContain('Shown at the counter for one minute.');
  const done = await phone.agree(consent, ['email']);
  expect(done.text).toContain('Library desk sees the result for one minute.');
  expect(numbersOn(done).shown).toBe(shown);
  const tokens = await client.pollDeviceAuthorizationGrant(
    counter.config,
    { ...begun, interval: 0.01 },
    { number: shown },
  );
  const idToken = tokens.claims();
  expect(idToken).toMatchObject({ sub: 'anna', acr: 'face', amr: ['face'], auth_time: expect.any(Number) });
  expect(Number(idToken?.exp) - Number(idToken?.iat)).toBe(60);
  expect(idToken).not.toHaveProperty('preferred_username');
  expect(op.server.audit.events.at(-1)).toMatchObject({
    action: 'counter_told',
    subject: 'anna',
    detail: { client: 'desk-1' },
  });
  const told = () => client.fetchUserInfo(counter.config, tokens.access_token, 'anna');
  expect(await told()).toMatchObject({ sub: 'anna', email: loginOf('anna') });
  op.server.clock.advanceSec(76);
  await expect(told()).rejects.toMatchObject({ status: 401 });
});

test('a wrong number or “none” on the phone ends the check', async () => {
  for (const choose of [
    (choices: readonly string[], told: string) => choices.find((each) => each !== told) ?? '',
    () => 'none',
  ]) {
    const counter = await openCounter(op);
    const begun = await counter.begin();
    const phone = openPhone(op);
    const page = await phone.open(String(begun.verification_uri_complete));
    const { choices } = numbersOn(page);
    const { reply } = await counter.ask(begun);
    expect(choices).toContain(reply?.number);
    const after = await phone.choose(page, choose(choices, String(reply?.number)));
    expect(after.text).toContain('This check has ended');
    expect((await counter.ask(begun)).reply).toEqual({
      error: 'access_denied',
      error_description: 'a wrong number was chosen on the phone',
    });
    // It is over, whatever is chosen next.
    expect((await phone.choose(page, String(reply?.number))).text).toContain('This check has ended');
  }
});

test('a photographed code returns no result: the counter must send the number shown on the phone', async () => {
  const counter = await openCounter(op);
  const begun = await counter.begin();
  expect((await counter.ask(begun)).reply).toMatchObject({ error: 'authorization_pending', state: 'waiting' });
  // Nothing of the two numbers is on the counter before someone has opened the code.
  expect((await counter.ask(begun)).reply).not.toHaveProperty('number');
  const thief = openPhone(op);
  const opened = await thief.open(String(begun.verification_uri_complete));
  const { shown, choices } = numbersOn(opened);
  const { reply } = await counter.ask(begun);
  const next = await thief.choose(opened, String(reply?.number));
  expect(choices).toHaveLength(3);
  await thief.showFace(next, 'berta');
  expect((await counter.ask(begun)).reply).toMatchObject({ error: 'authorization_pending', state: 'checking' });
  // Who stands at the counter has a phone that was refused, and no number to say.
  const late = openPhone(op);
  const refused = await late.open(String(begun.verification_uri_complete));
  expect([refused.status, refused.text]).toEqual([404, expect.stringContaining('This code has expired')]);
  const other = String(10 + ((Number(shown) - 9) % 90));
  expect((await counter.ask(begun, other)).reply).toEqual({
    error: 'access_denied',
    error_description: 'the number sent does not match the number on the phone',
  });
  expect((await counter.ask(begun, shown)).tokens).toBeNull();
});

test('only one of two concurrent phones gets the check', async () => {
  const counter = await openCounter(op);
  const begun = await counter.begin();
  const phones = [openPhone(op), openPhone(op)];
  const pages = await Promise.all(phones.map((phone) => phone.open(String(begun.verification_uri_complete))));
  expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 404]);
});

test('a GET of the code’s address opens no check, so a link preview cannot use up the code', async () => {
  const counter = await openCounter(op);
  const begun = await counter.begin();
  const seen = await op.newBrowser().visit(String(begun.verification_uri_complete));
  expect([seen.status, seen.headers.get('set-cookie')]).toEqual([200, null]);
  expect((await counter.ask(begun)).reply).toMatchObject({ state: 'waiting' });
});

test('the counter gets the same refusal for unknown, unenrolled and mismatched users', async () => {
  const replies = [];
  for (const [person, face] of [
    ['nobody', 'anna'],
    ['unenrolled', 'anna'],
    ['anna', 'berta'],
  ] as const) {
    const { counter, begun, phone, shown, next } = await meet(op, { claims });
    const after = await phone.showFace(next, person, face);
    expect(after.text).toContain('This check has ended');
    replies.push((await counter.ask(begun, shown)).reply);
  }
  expect(replies[0]).toEqual({ error: 'access_denied', error_description: 'the face check was not passed' });
  expect(new Set(replies.map((each) => JSON.stringify(each))).size).toBe(1);
});

test('a code expires after ten minutes and returns one result', async () => {
  const counter = await openCounter(op);
  const late = await counter.begin();
  expect(late.expires_in).toBe(600);
  op.server.clock.advanceSec(620);
  expect((await openPhone(op).open(String(late.verification_uri_complete))).status).toBe(404);
  const { begun, phone, shown, next, counter: desk } = await meet(op);
  await phone.showFace(next, 'anna');
  const asked = await Promise.all([desk.ask(begun, shown), desk.ask(begun, shown)]);
  expect(asked.filter(({ tokens }) => tokens !== null)).toHaveLength(1);
  expect((await desk.ask(begun, shown)).reply).toMatchObject({ error: 'invalid_grant' });
});

test('only the counter that started a check can read the result, and only a counter client can start one', async () => {
  const { begun, phone, shown, next } = await meet(op);
  await phone.showFace(next, 'anna');
  const other = await openCounter(op, 'desk-2');
  expect((await other.ask(begun, shown)).reply).toMatchObject({ error: 'invalid_grant' });
  const application = await openCounter(op, 'app');
  await expect(application.begin()).rejects.toMatchObject({ error: 'invalid_request' });
  await expect(other.begin({ login_hint: 'anna' })).rejects.toMatchObject({ error: 'invalid_request' });
  // A counter takes part in no sign-in.
  const url = client.buildAuthorizationUrl(other.config, { redirect_uri: 'https://a.example/', scope: 'openid' });
  expect((await op.newBrowser().visit(url.href)).status).toBe(400);
});

test('in reverse, the phone shows a code, and the counter sends the code to start the check', async () => {
  const phone = openPhone(op);
  const start = await phone.browser.follow(`${op.issuer}/counter`);
  const mine = await phone.post(start.url, { decision: 'show' });
  const [, digits = ''] = /class="number" dir="ltr">(\d{4} \d{4})</.exec(mine.text) ?? [];
  expect(mine.text).toContain('<svg class="qr"');
  // It stands in this browser alone.
  expect((await op.newBrowser().visit(mine.url)).status).toBe(404);
  const counter = await openCounter(op);
  const begun = await counter.begin({ claims, shown_code: digits });
  await expect(counter.begin({ shown_code: digits })).rejects.toMatchObject({
    error_description: 'shown_code is unknown or already used',
  });
  const page = await phone.browser.follow(mine.url);
  const { shown } = numbersOn(page);
  expect(page.text).toContain('Library desk');
  // The counter's own code is of no use to another phone.
  expect((await openPhone(op).open(String(begun.verification_uri_complete))).status).toBe(404);
  const { reply } = await counter.ask(begun);
  const consent = await phone.showFace(await phone.choose(page, String(reply?.number)), 'anna');
  await phone.agree(consent);
  const { tokens } = await counter.ask(begun, shown);
  expect(tokens?.claims()).toMatchObject({ sub: 'anna' });
});

test('an unknown or expired shown_code is refused', async () => {
  const counter = await openCounter(op);
  for (const code of ['1234', '00000000', 'https://evil.example/?user_code=ABCD-EFGH'])
    await expect(counter.begin({ shown_code: code })).rejects.toMatchObject({ error: 'invalid_request' });
  const phone = openPhone(op);
  const mine = await phone.post(`${op.issuer}/counter`, { decision: 'show' });
  const [, digits = ''] = /class="number" dir="ltr">(\d{4} \d{4})</.exec(mine.text) ?? [];
  op.server.clock.advanceSec(181);
  await expect(counter.begin({ shown_code: digits })).rejects.toMatchObject({ error: 'invalid_request' });
});

test('a counter that guesses codes is rate limited', async () => {
  const counter = await openCounter(op, 'desk-2');
  const guess = () => counter.begin({ shown_code: '00000000' }).catch((error: client.ResponseBodyError) => error.error);
  const answers: unknown[] = [];
  for (let tries = 0; tries < 32; tries += 1) answers.push(await guess());
  expect([answers.at(0), answers.at(-1)]).toEqual(['invalid_request', 'temporarily_unavailable']);
});
