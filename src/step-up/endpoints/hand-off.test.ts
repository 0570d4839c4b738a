import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginAgreed, draw, enrolByApi, startCapture, who } from '../../../support/benches/capture-bench.js';
import { openLink, openOnPhone, openPage } from '../../../support/benches/capture-page.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import type { JsonObject } from '../../core/base/json.js';
import type { Policy } from '../../core/connection.js';

let server: ApiServer;
let auth: { 'x-auth-token': string };

async function startWith(policy: Partial<Policy> = {}): Promise<void> {
  ({ server, auth } = await startCapture({ returnUrls: ['https://app.example.com/back'], ...policy }));
}
beforeEach(() => startWith());

const enrol = () => enrolByApi(server);
/** A computer without a camera, whose person has agreed. */
const begin = (more?: object) => beginAgreed(server, more);

const viewOf = async (page: ReturnType<typeof openPage>) => (await page.get('/face/session')).body.view as JsonObject;
const choose = (phone: ReturnType<typeof openPage>, number: string | null) =>
  phone.post('/face/hand-off/choice', { number });
const choicesOf = (view: JsonObject) => (view.pairing as { choices: string[] }).choices;
const actions = () => server.audit.events.map(({ action }) => action);

test('a step-up uses the camera of another device once by a hand-off, and the first browser receives the result', async () => {
  await enrol();
  const asked = { audience: 'https://app.example.com', nonce: 'n-1' };
  const { page } = await begin({ returnUrl: 'https://app.example.com/back', ...asked });
  const { phone, url, code } = await openOnPhone(server, page);
  expect((await openLink(server, url)).body.code).toBe('step_up_opened');
  expect(await viewOf(page)).toMatchObject({ handOff: { state: 'opened', code } });
  expect((await choose(phone, code)).body.view).toMatchObject({ role: 'camera', returnUrl: null });
  expect(await viewOf(page)).toMatchObject({ handOff: { state: 'paired' } });
  expect((await phone.check(draw('ada'))).body).toMatchObject({ outcome: 'passed', receipt: null });
  const { view, receipt } = (await page.get('/face/session')).body;
  expect(view).toMatchObject({ state: 'passed', returnUrl: 'https://app.example.com/back' });
  expect(decodeJwt(String(receipt))).toMatchObject({ sub: '00u1', nonce: 'n-1' });
  expect((await phone.get('/face/session')).body.receipt).toBeNull();
});

describe('a hand-off link', () => {
  test('requires the number on the first screen before it accepts consent or a face', async () => {
    const { page } = await begin();
    const { phone } = await openOnPhone(server, page);
    for (const path of ['/face/challenge', '/face/decline', '/face/passkey', '/face/hand-off'])
      expect((await phone.post(path)).body.code).toBe('step_up_unknown');
    expect((await phone.consent()).body.code).toBe('step_up_unknown');
    expect(await viewOf(page)).toMatchObject({ state: 'started' });
  });

  test('shows three choices, but not which one the first screen shows', async () => {
    const { page } = await begin();
    const { phone, view, code } = await openOnPhone(server, page);
    const choices = choicesOf(view);
    expect(new Set(choices).size).toBe(3);
    for (const each of choices) expect(each).toMatch(/^[1-9]\d$/);
    expect(choices).toContain(code);
    expect(view).toMatchObject({ role: 'unpaired', handOff: { state: 'opened', code: null }, handOffAllowed: false });
    // The same at each look: who looks again learns no more.
    expect(await viewOf(phone)).toEqual(view);
    expect((await viewOf(page)).pairing).toBeNull();
  });

  test.each(['another number', 'a number that was not offered', 'none of these', 'no number'])(
    'fails the step-up with %s, is audited, and the first browser shows the refusal',
    async (answer) => {
      await enrol();
      const { id, page } = await begin({ audience: 'https://app.example.com' });
      const { phone, view, code } = await openOnPhone(server, page);
      const others = choicesOf(view).filter((each) => each !== code);
      const number = { 'another number': others[0]!, 'a number that was not offered': '99999', 'no number': '' }[
        answer
      ];
      expect((await choose(phone, number ?? null)).body.view).toMatchObject({
        state: 'failed',
        role: 'unpaired',
        pairing: null,
        handOff: { state: 'refused', code: null },
      });
      expect(await viewOf(page)).toMatchObject({ state: 'failed', handOff: { state: 'refused' } });
      expect((await choose(phone, code)).body.code).toBe('step_up_finished');
      for (const each of [page, phone])
        expect(['step_up_finished', 'step_up_unknown']).toContain((await each.post('/face/challenge')).body.code);
      expect((await page.post('/face/hand-off')).body.code).toBe('step_up_finished');
      expect((await server.send('GET', `/step-ups/${id}`, { headers: auth })).body).toMatchObject({
        state: 'failed',
        receipt: null,
      });
      expect(server.audit.events.at(-1)).toMatchObject({
        action: 'hand_off_refused',
        ...who,
        detail: { stepUpId: id, chosen: number === undefined ? 'none' : 'another' },
      });
    },
  );

  test('locks the user out after five wrong numbers, like five wrong faces', async () => {
    await enrol();
    for (let refused = 1; refused <= 5; refused += 1) {
      const { phone } = await openOnPhone(server, (await begin()).page);
      expect((await choose(phone, null)).body.view).toMatchObject({ state: 'failed' });
    }
    const { page } = await begin();
    expect((await page.check(draw('ada'))).body.code).toBe('locked_out');
    // One that was begun before can still be refused.
    const { phone } = await openOnPhone(server, page);
    expect((await choose(phone, null)).body.view).toMatchObject({ state: 'failed' });
  });

  test('accepts one answer, also under concurrent answers', async () => {
    const { page } = await begin();
    const { phone, view, code } = await openOnPhone(server, page);
    const answers = await Promise.all(
      [...choicesOf(view), null, ...choicesOf(view)].map((number) => choose(phone, number)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const isPaired = answers.some(({ body }) => (body.view as JsonObject | undefined)?.role === 'camera');
    expect(await viewOf(page)).toMatchObject({ handOff: { state: isPaired ? 'paired' : 'refused' } });
    expect(actions().filter((action) => action === 'hand_off_refused')).toHaveLength(isPaired ? 0 : 1);
    expect((await choose(phone, code)).status).not.toBe(200);
  });
});

describe('the requesting browser', () => {
  const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const handOff = (page: ReturnType<typeof openPage>) =>
    server.postJson('/face/hand-off', {}, { authorization: `Bearer ${page.session}`, 'user-agent': firefox });

  test('is described on the phone: application, browser and system', async () => {
    const { page } = await begin({ audience: 'https://shop.example.com/login' });
    const { body } = await handOff(page);
    const opened = await openLink(server, String(body.url), {}, { 'user-agent': 'a phone' });
    expect((opened.body.view as JsonObject).pairing).toMatchObject({
      application: 'shop.example.com',
      browser: 'Firefox',
      system: 'Windows',
    });
  });

  test('is deleted after the choice or the end of the step-up, and is never logged', async () => {
    const ends = [
      async (page: ReturnType<typeof openPage>) => page.post('/face/decline'),
      async (_: unknown, phone: ReturnType<typeof openPage>) => choose(phone, null),
      async (_: unknown, phone: ReturnType<typeof openPage>, code: string) => choose(phone, code),
    ];
    for (const end of ends) {
      const { id, page } = await begin();
      const { body } = await handOff(page);
      const opened = await openLink(server, String(body.url));
      const stored = async () => JSON.stringify(await server.deps.state.read(`step-up:${id}`));
      expect(await stored()).toContain('Firefox');
      await end(page, openPage(server, String(opened.body.session)), String(body.code));
      expect(await stored()).not.toMatch(/Firefox|Windows|127\.0/);
    }
    expect(server.log.text() + JSON.stringify(server.audit.events)).not.toMatch(/Firefox|127\.0\.0/);
  });
});

describe('the policy of hand-offs', () => {
  test.each([
    ['none', null, true],
    ['pin', null, true],
    ['passkey', null, false],
    ['none', false, false],
    ['passkey', true, true],
  ] as const)(
    'with the secret %s and handOff %s, the hand-off is allowed: %s',
    async (userSecret, handOff, isAllowed) => {
      await startWith({ userSecret, handOff });
      const { page } = await begin();
      expect(await viewOf(page)).toMatchObject({ handOffAllowed: isAllowed });
      const { status, body } = await page.post('/face/hand-off');
      expect([status, body.ok, body.code]).toEqual(
        isAllowed ? [201, true, expect.stringMatching(/^\d\d$/)] : [404, false, 'not_found'],
      );
      expect(actions().includes('handed_off')).toBe(isAllowed);
    },
  );
});
