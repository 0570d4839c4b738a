import { expect, test } from '@jest/globals';
import * as client from 'openid-client';
import type { JsonObject } from '../../src/core/base/json.js';
import type { SignInRule } from '../../src/core/rules/rule.js';
import { keepPasskey } from '../../src/enrolment/passkey-record.js';
import { parsePasskeyAnswer } from '../../src/enrolment/webauthn/answer.js';
import { prepareRequest, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { createAuthenticator } from '../../support/fakes/authenticator.js';
import { callPage, ticketOf } from '../../support/fakes/browser.js';

/* What an OpenID client is told of a code or a passkey that was given in place of a face. */

let op: TestIssuer;

const start = async (counts: boolean, rules: readonly SignInRule[] = []) => {
  const anotherWay = { email: true, sms: false, recoveryCodes: false, counts };
  op = await startIssuer({ policy: { anotherWay, rules } });
};

/** Gives anna a passkey, and lets rules accept it. */
async function startWithPasskey() {
  await start(true, [{ name: 'everyone', when: {}, outcome: 'passkey_or_face', mode: 'enforce' }]);
  await op.enrol('anna');
  const { deps } = op.server;
  const authenticator = createAuthenticator({ origin: new URL(deps.issuer).origin });
  const expectedChallenge = Buffer.alloc(32).toString('base64url');
  const user = { id: Buffer.from('anna'), name: 'anna' };
  const asked = { challenge: expectedChallenge, salt: null, user, organisation: null };
  const answer = parsePasskeyAnswer(JSON.stringify(authenticator.create(deps.passkeys.creationOptions(asked))));
  const { credential } = (await deps.passkeys.verifyCreation(answer, { expectedChallenge }))!;
  const anna = { connection: 'work', subject: 'anna' };
  await keepPasskey(anna, { credential, tokenId: 't', expiresAt: null, current: null }, deps);
  return authenticator;
}

/** A pushed request, as far as the capture page: what it is offered there. */
async function arrive(more: Record<string, string> = {}) {
  const config = await op.discover('app');
  const { params, checks } = await prepareRequest(more);
  const url = await client.buildAuthorizationUrlWithPAR(config, params);
  const browser = op.newBrowser();
  const { url: page } = await browser.follow(url.href);
  const post = async (path: string, body: object, session?: string): Promise<JsonObject> =>
    (await callPage(browser, new URL(path, page).href, body, session)).body;
  const opened = await post('/face/open', { ticket: ticketOf(page).split('&')[0] });
  const session = String(opened.session);
  return {
    view: opened.view as JsonObject,
    /** Passes by a code, and goes back to the client. */
    async passByCode() {
      const { id } = await post('/face/another-way/send', { channel: 'email' }, session);
      const code = /\d{6}/.exec(op.server.messages.at(-1)?.text ?? '')?.[0];
      const passed = await post('/face/another-way/code', { channel: 'email', id, code }, session);
      const view = passed.view as JsonObject;
      expect(view.state).toBe('passed_another_way');
      return new URL((await browser.follow(String(view.returnUrl))).url);
    },
    async passByPasskey(authenticator: ReturnType<typeof createAuthenticator>) {
      const { options } = await post('/face/passkey', {}, session);
      const passkey = JSON.stringify(authenticator.get(options as JsonObject));
      const { view } = await post('/face/another-way/passkey', { passkey }, session);
      return new URL((await browser.follow(String((view as JsonObject).returnUrl))).url);
    },
    grant: (back: URL) => client.authorizationCodeGrant(config, back, checks),
  };
}

test('a code accepted as a fallback sets acr to another_way and amr to otp, even if the client requested a face', async () => {
  await start(true);
  const visit = await arrive({ acr_values: 'face' });
  expect(visit.view.anotherWays).toEqual(['email']);
  const tokens = await visit.grant(await visit.passByCode());
  expect(tokens.claims()).toMatchObject({ sub: 'anna', acr: 'another_way', amr: ['otp'], presence: null });
});

test('a passkey in place of the face sets amr to its kind, and states no presence', async () => {
  const authenticator = await startWithPasskey();
  const visit = await arrive();
  expect(visit.view.anotherWays).toEqual(['passkey', 'email']);
  const tokens = await visit.grant(await visit.passByPasskey(authenticator));
  expect(tokens.claims()).toMatchObject({ sub: 'anna', acr: 'another_way', amr: ['hwk'], presence: null });
});

test('the page offers no fallback if the connection does not accept one', async () => {
  await start(false);
  expect((await arrive()).view.anotherWays).toEqual([]);
});

test.each([{ acr: { essential: true, value: 'face' } }, { amr: { essential: true, values: ['face'] } }])(
  'the page offers no fallback if the client requires a face: %j',
  async (demand) => {
    await startWithPasskey();
    const { view } = await arrive({ claims: JSON.stringify({ id_token: demand }) });
    expect(view.anotherWays).toEqual([]);
  },
);
