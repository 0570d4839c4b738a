import { texts as consentTexts } from '../../../locales/compiled/server/consent/all.js';
import type { DirectoryFor, OidcClient } from '../../connections/openid-client.js';
import { digestOf } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { lifeSec } from '../../oidc/configuration.js';
import type { OidcExtension } from '../../oidc/feature.js';
import { findNamed, toClaims } from '../../oidc/relying-party.js';
import { withProtocolErrors } from '../../oidc/unavailable.js';
import { checkLifeSec, createChecks } from './check.js';
import { type CounterConfig, countersOf } from './config.js';
import { createCounterGrants, createDeviceGrantProvider, createDeviceReplies, deviceGrant } from './grants.js';
import { createShownCodes } from './shown-code.js';
import { createCounterPage } from './visit.js';

const paths = { deviceAuthorization: '/device-authorization', counter: '/counter' } as const;

/** Lifetime of its tokens, in seconds. */
const counterLifeSec = 60;

/** Creates the client of a counter. Each check needs consent, and requests cannot name a person. */
function createCounter(config: CounterConfig, directoryFor: DirectoryFor): OidcClient {
  const { id, name, secret, publicKeys, claims } = config;
  const registration = digestOf(JSON.stringify({ name, claims: Object.entries(claims).toSorted() }));
  return {
    metadata: {
      client_id: id,
      response_types: [],
      redirect_uris: [],
      grant_types: [deviceGrant],
      client_secret: secret?.use((text) => text),
      jwks: publicKeys === null ? undefined : { keys: publicKeys },
      token_endpoint_auth_method: publicKeys === null ? 'client_secret_basic' : 'private_key_jwt',
      authorization_details_types: [],
    },
    acrValues: ['face'],
    claimNames: ['presence'],
    consented: {
      name,
      claims,
      registration: registration.toString('base64url'),
      lifeSec: checkLifeSec + counterLifeSec,
    },
    lifeSec: null,
    asksWho: true,
    admit: null,
    async findPerson(request) {
      const typed = request.params.login_hint;
      if (typed === undefined) throw new FaceError('internal', 'a request of a counter has no login_hint');
      const { subject } = await findNamed(typed, directoryFor({ kind: 'anonymous', source: request.source }));
      return { subject, assurance: 'anonymous', claims: toClaims(subject, null) };
    },
    toAmr: (methods) => methods,
    feedsHooks: false,
    consentWords: (language) => ({ goesTo: consentTexts[language].atCounter }),
    asksEachTime: true,
  };
}

/** Lets a counter start checks by the device authorization grant (RFC 8628). */
export const countersOfOidc: OidcExtension = {
  routes: [
    { path: paths.deviceAuthorization, methods: ['POST', 'OPTIONS'] },
    { path: paths.counter, methods: ['GET', 'POST'] },
  ],
  requestersOf: countersOf,
  open({ issuer, connection, oidc, directoryFor }, deps) {
    const counters = countersOf(oidc);
    if (counters.length === 0) return {};
    const ids = new Set(counters.map(({ id }) => id));
    const protocolDeps = { ...deps, state: withProtocolErrors(deps.state) };
    const counterUrl = (name: 'user_code' | 'shown', code: string): string =>
      `${issuer}${paths.counter}?${name}=${code}`;
    const checks = createChecks(connection.id, protocolDeps);
    const shownCodes = createShownCodes(connection.id, protocolDeps);
    const addressOf = (code: string): string => counterUrl('user_code', code);
    const grants = createCounterGrants({ connection: connection.id, checks, shownCodes, addressOf }, protocolDeps);
    return {
      clients: counters.map((client) => createCounter(client, directoryFor)),
      configure: (configuration) => ({
        ...configuration,
        features: { ...configuration.features, deviceFlow: { enabled: true } },
        routes: {
          ...configuration.routes,
          device_authorization: paths.deviceAuthorization,
          code_verification: paths.counter,
        },
        ttl: {
          ...configuration.ttl,
          DeviceCode: checkLifeSec,
          IdToken: (_context, _token, client) => (ids.has(client.clientId) ? counterLifeSec : lifeSec.idToken),
          AccessToken: (_context, _token, client) => (ids.has(client.clientId) ? counterLifeSec : lifeSec.accessToken),
        },
        extraParams: { ...configuration.extraParams, shown_code: null, kiosk: null },
      }),
      extend: (Base) => createDeviceGrantProvider(Base, grants),
      middlewares: [createDeviceReplies(grants)],
      async check(context, client) {
        if (context.oidc.route !== 'device_authorization') return false;
        await grants.check(context, client);
        return true;
      },
      pages: {
        [paths.counter]: (opened, request, response, form) =>
          createCounterPage({ ...opened, checks, shownCodes, counterUrl }, deps)(request, response, form),
      },
    };
  },
};
