import { beforeEach, describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { type Action, digestAction } from '../../client/action.js';
import { createOidcGuard } from '../../src/config/oidc.js';
import {
  clientSecret,
  loginOf,
  prepareRequest,
  redirectUri,
  startIssuer,
  type TestIssuer,
} from '../../support/benches/issuer.js';

/* Approving a named action by OpenID Connect: `authorization_details` (RFC 9396). */

let op: TestIssuer;
const bank = { kind: 'relying_party', secret: clientSecret, redirectUris: [redirectUri] } as const;
beforeEach(async () => {
  const clients = [
    { ...bank, id: 'bank', actions: true, mayEnrol: true },
    { ...bank, id: 'shop', actions: true },
    { ...bank, id: 'wiki' },
  ];
  op = await startIssuer({
    config: createOidcGuard([]).parse({ clients }),
    policy: {
      whenNotEnrolled: 'enrol',
      anotherWay: { email: true, sms: true, recoveryCodes: false, counts: true },
    },
  });
});

const action: Action = {
  type: 'facestep_action',
  title: 'Pay the invoice',
  lines: ['On 27 November 2026'],
  amount: { value: '1249.50', currency: 'EUR' },
  payee: 'Harbour Clinic GmbH',
};

async function prepare(details: unknown, { id = 'bank', person = 'anna' } = {}) {
  const config = await op.discover(id);
  const { params, checks } = await prepareRequest({
    login_hint: loginOf(person),
    authorization_details: typeof details === 'string' ? details : JSON.stringify(details),
  });
  return {
    config,
    checks,
    plain: () => client.buildAuthorizationUrl(config, params),
    pushed: () => client.buildAuthorizationUrlWithPAR(config, params),
  };
}

/** How the client is answered where no one is shown anything. */
async function refusalOf(details: unknown, who: { id?: string } = {}): Promise<string | null> {
  const { plain } = await prepare(details, who);
  const { url } = await op.newBrowser().follow(plain().href);
  expect(url).toMatch(/^https:\/\/app\.example\.com/);
  return new URL(url).searchParams.get('error');
}

test.each(['plain', 'pushed'] as const)(
  'the page shows the action of a %s request to the user, and the ID token repeats the action and its digest',
  async (way) => {
    await op.enrol('anna');
    const asked = await prepare([action]);
    const { shown, answer } = await op.authorize(await asked[way]());
    const digest = await digestAction(action);
    expect(shown.shown).toEqual({ words: action, digest, mixedScripts: false });
    const tokens = await client.authorizationCodeGrant(asked.config, answer, asked.checks);
    expect(tokens.claims()).toMatchObject({ sub: 'anna', acr: 'face', amr: ['face'], action, action_digest: digest });
    expect(tokens.authorization_details).toEqual([{ ...action, action_digest: digest }]);
  },
);

describe('an action is not approved', () => {
  test('for a user without an enrolment, even if a trusted client pushed the request', async () => {
    const { shown, answer } = await op.authorize(await (await prepare([action], { person: 'unenrolled' })).pushed());
    expect(shown.outcome).toBe('failed');
    expect(answer.searchParams.get('error')).toBe('access_denied');
  });

  test('for a client that sends a request pushed by another client', async () => {
    const url = await (await prepare([action])).pushed();
    url.searchParams.set('client_id', 'shop');
    const { status, text } = await op.newBrowser().follow(url.href);
    expect([status, text.includes('/face#')]).toEqual([400, false]);
  });
});

describe('an authorization request is refused', () => {
  test('from a client that is not registered for actions', async () => {
    expect(await refusalOf([action], { id: 'wiki' })).toBe('invalid_authorization_details');
  });

  test.each<[string, unknown]>([
    ['with another type', [{ ...action, type: 'payment_initiation' }]],
    ['with two actions', [action, { ...action, title: 'Another' }]],
    ['with a field that the page would not show', [{ ...action, fee: '1000' }]],
    ['with a direction override', [{ ...action, payee: 'a\u202eb' }]],
    ['with the amount 1e9', [{ ...action, amount: { value: '1e9', currency: 'EUR' } }]],
  ])('%s', async (_, details) => {
    expect(await refusalOf(details)).toBe('invalid_authorization_details');
  });
});
