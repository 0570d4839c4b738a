import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { StartSimulation } from '../../../src/cli/simulation.js';
import type { JsonObject } from '../../../src/json.js';
import { startOktaSimulator } from './index.js';

const password = 'first factor';

const claimsGuard = z.record(z.string(), z.json());

/** An Okta org with two users, for `facestep simulate okta`. */
export const startOktaSimulation: StartSimulation = async ({ port }) => {
  const okta = await startOktaSimulator({ port });
  const logins = ['ada@example.com', 'grace@example.com'];
  const users = await Promise.all(
    logins.map(async (login) => ({ login, subject: await okta.createUser({ login, password }) })),
  );
  return {
    title: 'Okta org',
    url: okta.url,
    settings: {
      orgUrl: okta.url,
      auth: { kind: 'api_token', token: okta.apiToken },
      hooks: { secret: { header: 'authorization', value: `Bearer ${randomBytes(24).toString('base64url')}` } },
    },
    users,
    async signIn(login) {
      const result = await okta.signIn({ login, password });
      if (!result.ok) return { signedIn: false, error: result.error, error_description: result.description };
      return {
        signedIn: true,
        ...toShown('accessToken', result.accessToken),
        ...(result.idToken === null ? {} : toShown('idToken', result.idToken)),
      };
    },
    close: () => okta.close(),
  };
};

const toShown = (name: string, token: string): JsonObject => ({
  [name]: token,
  [`${name}Claims`]: claimsGuard.parse(decodeJwt(token)),
});
