import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import { signToken, type Tenant } from '../../simulators/entra/tenant.js';
import type { AuthorizationRequest, OidcClient } from '../../src/connections/openid-client.js';
import { readAsked } from '../../src/oidc/asked.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { forFile } from '../../support/run/for-file.js';
import { createManualClock } from '../../test/contract/state.js';
import { externalMfaGuard } from './config.js';
import { createExternalMfaClient } from './oidc.js';

/* What the library is handed, and what is made of the rest: the whole flow at the socket is external-mfa.test.ts. */

const clientId = randomUUID();
const oid = randomUUID();
const requestId = randomUUID();

const clock = createManualClock();
let log: ReturnType<typeof createTextLog>;
let client: OidcClient;
const entra = await forFile(startEntraSimulator({ now: () => clock.now() }));
const other: Tenant = await entra.addTenant();
beforeEach(() => {
  log = createTextLog();
  const config = externalMfaGuard.parse({
    kind: 'entra_external_mfa',
    id: clientId,
    tenantIds: [entra.tenant.id, other.id],
    login: entra.url,
  });
  const state = createSqliteState({ file: ':memory:', clock });
  client = createExternalMfaClient(config, { connection: 'workforce', fetch: entra.fetch, clock, state, log });
});
afterEach(() => entra.heal('keys'));

const issue = (tenant: Tenant = entra.tenant, claims: object = {}) =>
  signToken(
    tenant,
    { iss: tenant.issuer, aud: clientId, tid: tenant.id, oid, sub: 'pairwise', ...claims },
    clock.now(),
    -1,
  );

const usual = async (): Promise<Record<string, string>> => ({
  scope: 'openid',
  response_type: 'Id_token',
  response_mode: 'form_post',
  client_id: clientId,
  redirect_uri: `${entra.url}/common/federation/externalauthprovider`,
  nonce: 'nonce',
  state: 'state',
  id_token_hint: await issue(),
  claims: toClaims({ acr: ['possessionorinherence'], amr: ['fido', 'face'] }),
  'client-request-id': requestId,
});

const toClaims = (values: Record<string, readonly string[]>): string => {
  const entries = Object.entries(values).map(([name, each]) => [name, { essential: true, values: each }]);
  return JSON.stringify({ id_token: Object.fromEntries(entries) });
};

/** As the provider calls the client: first what was sent, then what the library has let through. */
async function ask(sent: URLSearchParams) {
  const { params: taken, admitted } = await client.admit!(sent);
  const params = Object.fromEntries(taken);
  const request: AuthorizationRequest = {
    ...readAsked(params),
    isPushed: false,
    isUnaltered: false,
    source: '192.0.2.7',
    admitted,
  };
  return client.findPerson(request);
}
const askWith = async (changes: Record<string, string>) => ask(new URLSearchParams({ ...(await usual()), ...changes }));
const errorOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'none',
    (error: { error?: string; code?: string }) => error.error ?? error.code,
  );

describe('the OIDC library receives', () => {
  const taken = async (changes: Record<string, string>) =>
    Object.fromEntries((await client.admit!(new URLSearchParams({ ...(await usual()), ...changes }))).params);

  test('the request with the parameter names of OIDC, without the hint and unknown parameters', async () => {
    const { id_token_hint: _, 'client-request-id': __, ...rest } = await usual();
    const unknown = {
      prompt: 'none',
      max_age: '0',
      request: 'x',
      request_uri: 'x',
      login_hint: 'eve',
      acr_values: 'x',
    };
    expect(await taken(unknown)).toEqual({ ...rest, response_type: 'id_token' });
  });

  test('each repeated parameter as often as it was sent', async () => {
    const sent = new URLSearchParams(await usual());
    for (const name of ['state', 'nonce', 'redirect_uri', 'response_type', 'claims']) sent.append(name, 'again');
    const { params } = await client.admit!(sent);
    for (const name of ['state', 'nonce', 'redirect_uri', 'response_type', 'claims']) {
      expect(params.getAll(name)).toHaveLength(2);
    }
  });
});

describe('the user', () => {
  test('is the subject of the hint, vouched for by Entra ID, and is returned under the hint’s sub', async () => {
    expect(await askWith({})).toMatchObject({
      subject: oid,
      assurance: 'vouched',
      claims: { sub: 'pairwise' },
    });
    expect(client.toAmr(['face', 'hwk'])).toEqual(['face']);
    expect(log.text()).toContain(requestId);
  });

  test('is refused without exactly one hint', async () => {
    const { id_token_hint: hint = '', ...rest } = await usual();
    expect(await errorOf(ask(new URLSearchParams(rest)))).toBe('invalid_request');
    const twice = new URLSearchParams({ ...rest, id_token_hint: hint });
    twice.append('id_token_hint', hint);
    expect(await errorOf(ask(twice))).toBe('invalid_request');
    expect(await errorOf(ask(new URLSearchParams({ ...rest, id_token_hint: hint })))).toBe('none');
  });

  test.each([
    ['of another audience', { aud: randomUUID() }],
    ['that is too old', { iat: 1 }],
  ])('is refused with a hint %s, without a reason in the reply', async (_, claims) => {
    const hint = await issue(entra.tenant, claims);
    const error = await askWith({ id_token_hint: hint }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      error: 'access_denied',
      error_description: 'id_token_hint is not accepted',
    });
    expect(log.text()).not.toContain(hint.split('.')[1]);
  });
});

describe('the requested authentication', () => {
  test.each([
    [{ acr: ['possessionorinherence'] }, 'none'],
    [{ acr: ['inherence'], amr: ['face'] }, 'none'],
    [{}, 'none'],
    [{ acr: ['knowledgeorpossession'] }, 'unmet_authentication_requirements'],
    [{ acr: ['Inherence'] }, 'unmet_authentication_requirements'],
    [{ acr: ['possessionorinherence'], amr: ['fido', 'otp'] }, 'unmet_authentication_requirements'],
  ])('the claims request %j has the result: %s', async (values, expected) => {
    expect(await errorOf(askWith({ claims: toClaims(values) }))).toBe(expected);
  });

  test.each([
    ['{"id_token":{"acr":{"value":"possession"}}}', 'unmet_authentication_requirements'],
    ['{"id_token":{"amr":{"values":["otp"]}}}', 'unmet_authentication_requirements'],
    ['nonsense', 'invalid_request'],
  ])('a claims request of %s is refused with %s', async (claims, expected) => {
    expect(await errorOf(askWith({ claims }))).toBe(expected);
  });

  test.each(['query', 'fragment', 'form_post.jwt', ''])(
    'a request with the response mode %s is refused',
    async (mode) => {
      expect(await errorOf(askWith({ response_mode: mode }))).toBe('invalid_request');
    },
  );
});
