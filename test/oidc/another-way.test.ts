import { afterEach, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import type { JsonObject } from '../../src/core/base/json.js';
import { prepareRequest, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { callPage, ticketOf } from '../../support/fakes/browser.js';

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

test('the page offers no fallback if the connection does not accept one', async () => {
  await start(false);
  expect((await arrive()).view.anotherWays).toEqual([]);
});

test.each([{ acr: { essential: true, value: 'face' } }, { amr: { essential: true, values: ['face'] } }])(
  'the page offers no fallback if the client requires a face: %j',
  async (demand) => {
    await start(true);
    const { view } = await arrive({ claims: JSON.stringify({ id_token: demand }) });
    expect(view.anotherWays).toEqual([]);
  },
);
