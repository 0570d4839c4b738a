import { countersOf } from '../../config/oidc.js';
import { paths } from '../../connections/openid-paths.js';
import type { OidcExtension } from '../../oidc/feature.js';
import { lifeSec } from '../../oidc/provider.js';
import { inProtocol } from '../../oidc/unavailable.js';
import { checkLifeSec, createChecks } from './check.js';
import { counterLifeSec, createCounter } from './client.js';
import { createDeviceGrantProvider, dressDeviceReplies } from './device-grant.js';
import { createCounterGrants } from './grants.js';
import { createShownCodes } from './shown-code.js';
import { createCounterPage } from './visit.js';

/** Lets a counter start checks by the device authorization grant (RFC 8628). */
export const countersOfOidc: OidcExtension = {
  methodsByPath: {
    [paths.deviceAuthorization]: ['POST', 'OPTIONS'],
    [paths.counter]: ['GET', 'POST'],
  },
  open({ issuer, connection, oidc, directoryFor }, deps) {
    const counters = countersOf(oidc);
    if (counters.length === 0) return {};
    const ids = new Set(counters.map(({ id }) => id));
    const protocolDeps = { ...deps, state: inProtocol(deps.state) };
    const counterUrl = (name: 'user_code' | 'shown', code: string): string =>
      `${issuer}${paths.counter}?${name}=${code}`;
    const checks = createChecks(connection.id, protocolDeps);
    const shownCodes = createShownCodes(connection.id, protocolDeps);
    const addressOf = (code: string): string => counterUrl('user_code', code);
    const grants = createCounterGrants({ connection: connection.id, checks, shownCodes, addressOf }, protocolDeps);
    return {
      clients: counters.map((client) => createCounter(client, directoryFor)),
      settings: () => ({
        deviceFlow: true,
        routes: { device_authorization: paths.deviceAuthorization, code_verification: paths.counter },
        ttl: {
          DeviceCode: checkLifeSec,
          IdToken: (_context, _token, client) => (ids.has(client.clientId) ? counterLifeSec : lifeSec.idToken),
          AccessToken: (_context, _token, client) => (ids.has(client.clientId) ? counterLifeSec : lifeSec.accessToken),
        },
        extraParams: ['shown_code', 'kiosk'],
      }),
      extend: (Base) => createDeviceGrantProvider(Base, grants),
      dress: (provider) => dressDeviceReplies(provider, grants),
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
