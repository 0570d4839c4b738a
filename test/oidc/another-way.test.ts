import { afterEach, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import type { JsonObject } from '../../src/base/json.js';
import { loginOf, redirectUri, startIssuer, type TestIssuer } from './issuer.js';

/* What an OpenID client is told of a code that was given in place of a face. */

let op: TestIssuer;
afterEach(() => op.stop());

const start = async (counts: boolean) => {
  const anotherWay = { email: true, sms: false, recoveryCodes: false, counts };
  op = await startIssuer({ policy: { anotherWay } });
};

/** A pushed request, as far as the capture page: what it is offered there. */
async function arrive(more: Record<string, string> = {}) {
  const config = await op.discover('app');
  const verifier = client.randomPKCECodeVerifier();
  const url = await client.buildAuthorizationUrlWithPAR(config, {
    ...{ redirect_uri: redirectUri, scope: 'openid', state: 's-1', nonce: 'n-1', login_hint: loginOf('anna') },
    ...{ code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    ...more,
  });
  const browser = op.newBrowser();
  const { url: page } = await browser.follow(url.href);
  const { origin, hash } = new URL(page);
  const post = async (path: string, body: object, headers: object = {}): Promise<JsonObject> => {
    const sent = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    };
    return JSON.parse((await browser.visit(`${origin}${path}`, sent)).text);
  };
  const opened = await post('/face/open', { ticket: hash.slice(1).split('&')[0] });
  const session = { authorization: `Bearer ${String(opened.session)}` };
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
    grant: (back: URL) =>
      client.authorizationCodeGrant(config, back, {
        ...{ pkceCodeVerifier: verifier, expectedState: 's-1', expectedNonce: 'n-1' },
      }),
  };
}

test('if it counts, the ID token has another_way and otp, even if the client asked for a face', async () => {
  await start(true);
  const visit = await arrive({ acr_values: 'face' });
  expect(visit.view.anotherWays).toEqual(['email']);
  const tokens = await visit.grant(await visit.passByCode());
  expect(tokens.claims()).toMatchObject({ sub: 'anna', acr: 'another_way', amr: ['otp'], presence: null });
});

test('where it does not count it is not offered', async () => {
  await start(false);
  expect((await arrive()).view.anotherWays).toEqual([]);
});

test.each([{ acr: { essential: true, value: 'face' } }, { amr: { essential: true, values: ['face'] } }])(
  'a client that demands a face is offered nothing else: %j',
  async (demand) => {
    await start(true);
    const { view } = await arrive({ claims: JSON.stringify({ id_token: demand }) });
    expect(view.anotherWays).toEqual([]);
  },
);
