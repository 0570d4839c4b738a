import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { loginOf, startIssuer } from '../../support/benches/issuer.js';
import { counterConfig, numbersOn, openCounter, openPhone } from './counter-bench.js';

/* A check of a counter that a person answers at a kiosk: no phone takes part, and the two numbers do. */

// A kiosk is a device of the organisation's own, also where people have to use their phones.
const op = await startIssuer({ config: counterConfig, policy: { camera: 'phone' } });
await op.enrol('anna');
await op.enrol('berta');

const claims = JSON.stringify({ userinfo: { name: { essential: true }, email: null } });
const registered = z.object({ id: z.string(), url: z.string() });
const nextGuard = z.object({ ticket: z.string().nullable(), page: z.string().nullable() });

/** A kiosk of a client of the API, and its browser. */
async function placeKiosk(tenant?: string) {
  const { token } = await op.server.issue(undefined, tenant);
  const { body } = await op.server.postJson('/kiosks', { name: 'Gate' }, { 'x-auth-token': token });
  const { id, url } = registered.parse(body);
  const [, secret = ''] = new URL(url).hash.split('.');
  const browser = op.newBrowser();
  return {
    id,
    browser,
    /** What it does every two seconds while it waits. */
    poll: async () => nextGuard.parse((await op.server.postJson('/face/kiosk/next', { kiosk: id, secret })).body),
  };
}

/** As far as the two numbers, at the kiosk. */
async function sendTo(kiosk: Awaited<ReturnType<typeof placeKiosk>>, parameters: Record<string, string> = {}) {
  const counter = await openCounter(op);
  const begun = await counter.begin({ kiosk: kiosk.id, ...parameters });
  const waiting = await counter.ask(begun);
  const { ticket, page } = await kiosk.poll();
  const person = openPhone(op, kiosk.browser);
  const opened = await person.post(String(page), { ticket: String(ticket) });
  const { reply } = await counter.ask(begun);
  return { counter, begun, waiting, ticket, page: String(page), person, opened, told: String(reply?.number) };
}

test('a counter gets the result of a face check at a kiosk after the numbers were compared', async () => {
  const kiosk = await placeKiosk();
  const { counter, begun, waiting, person, opened, told } = await sendTo(kiosk, { claims });
  expect(waiting.reply).toMatchObject({ state: 'waiting' });
  expect(opened.text).toContain('Library desk');
  const { shown, choices } = numbersOn(opened);
  expect(choices).toContain(told);
  const asked = await person.choose(opened, told);
  // A shared browser offers no one the names that others typed, and no page stands there for ever.
  expect(asked.text).toContain('autocomplete="off"');
  expect(asked.headers.get('refresh')).toMatch(/^120; url=.*\/face\/kiosk$/);
  const consent = await person.showFace(asked, 'anna');
  expect(consent.headers.get('refresh')).toMatch(/^120; /);
  expect((await counter.ask(begun, shown)).reply).toMatchObject({ state: 'checking' });
  const done = await person.agree(consent);
  expect(done.text).toContain('Library desk sees the result for one minute.');
  expect(done.headers.get('refresh')).toMatch(/^15; /);
  // The kiosk waits for the next person before the counter asks: what was settled stays so.
  expect(await kiosk.poll()).toEqual({ ticket: null, page: null });
  expect((await counter.ask(begun, shown)).tokens?.claims()).toMatchObject({ sub: 'anna' });
  const again = await kiosk.browser.follow(opened.url);
  expect([again.status, again.headers.get('refresh')]).toEqual([404, expect.stringMatching(/^15; /)]);
});

test('a code for a kiosk opens only at that kiosk, by a ticket that can be used once', async () => {
  const kiosk = await placeKiosk();
  const counter = await openCounter(op);
  const begun = await counter.begin({ kiosk: kiosk.id });
  const address = String(begun.verification_uri_complete);
  const thief = openPhone(op);
  expect((await thief.open(address)).status).toBe(404);
  expect((await thief.post(address, { decision: 'open' })).status).toBe(404);
  expect((await thief.post(address, { ticket: 'guessed' })).status).toBe(404);
  const { ticket } = await kiosk.poll();
  expect((await thief.post(address, { ticket: `${ticket}x` })).status).toBe(404);
  expect((await counter.ask(begun)).reply).toMatchObject({ state: 'waiting' });
  expect((await openPhone(op, kiosk.browser).post(address, { ticket: String(ticket) })).status).toBe(200);
  expect((await thief.post(address, { ticket: String(ticket) })).status).toBe(404);
  expect((await counter.ask(begun)).reply).toMatchObject({ state: 'opened' });
});

test('the next person at a kiosk cannot continue a check that the previous person left, and the check fails', async () => {
  const kiosk = await placeKiosk();
  for (const stopsAt of ['numbers', 'name', 'consent'] as const) {
    const { counter, begun, person, opened, told } = await sendTo(kiosk, { claims });
    const { shown } = numbersOn(opened);
    const asked = stopsAt === 'numbers' ? opened : await person.choose(opened, told);
    const last = stopsAt === 'consent' ? await person.showFace(asked, 'anna') : asked;
    expect((await counter.ask(begun, shown)).reply).toMatchObject({ error: 'authorization_pending' });
    // Anna has gone. The screen has cleared itself, and the next person goes back to what stood there.
    await kiosk.poll();
    const after = {
      numbers: () => person.choose(last, told),
      name: () => person.post(last.url, { username: loginOf('berta') }),
      consent: () => person.agree(last),
    };
    const next = await after[stopsAt]();
    expect([next.status >= 400, next.headers.get('refresh')]).toEqual([true, expect.stringContaining('/face/kiosk')]);
    expect((await counter.ask(begun, shown)).reply).toEqual({
      error: 'access_denied',
      error_description: 'no one is at the kiosk',
    });
  }
});

test('a counter cannot use an unknown kiosk or a kiosk of another connection', async () => {
  const counter = await openCounter(op);
  const foreign = await placeKiosk('elsewhere');
  for (const kiosk of ['unknown', foreign.id, 'k'.repeat(1000)]) {
    await expect(counter.begin({ kiosk })).rejects.toMatchObject({
      error: 'invalid_request',
      error_description: 'kiosk is unknown',
    });
  }
  const own = await placeKiosk('work');
  await expect(counter.begin({ kiosk: own.id, shown_code: '12345678' })).rejects.toMatchObject({
    error_description: 'use either kiosk or shown_code, not both',
  });
  await counter.begin({ kiosk: own.id });
  expect(await own.poll()).toMatchObject({ page: expect.stringContaining('/oidc/work/counter') });
  expect(await foreign.poll()).toEqual({ ticket: null, page: null });
});
