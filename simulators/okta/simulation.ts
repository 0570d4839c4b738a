import { randomBytes } from 'node:crypto';
import type { StartSimulation } from '../simulation.js';
import { loseIn, simulatedLogins, toShownToken, withoutTokens } from '../simulation.js';
import { startOktaSimulator } from './index.js';

const password = 'first factor';

export const startOktaSimulation: StartSimulation = async ({ port }) => {
  const okta = await startOktaSimulator({ port });
  const users = await Promise.all(
    simulatedLogins.map(async (login) => ({ login, subject: await okta.createUser({ login, password }) })),
  );
  return {
    title: 'Okta org',
    url: okta.url,
    settings: {
      orgUrl: okta.url,
      auth: { kind: 'api_token', token: okta.apiToken },
      hooks: { secret: { header: 'authorization', value: `Bearer ${randomBytes(24).toString('base64url')}` } },
    },
    application: okta.application,
    environment: {},
    users,
    faceCheck: 'before',
    async signIn(login) {
      const result = await okta.signIn({ login, password });
      if (!result.ok) return { signedIn: false, error: result.error, error_description: result.description };
      return {
        signedIn: true,
        ...toShownToken('accessToken', result.accessToken),
        ...(result.idToken === null ? {} : toShownToken('idToken', result.idToken)),
      };
    },
    lose: (subject, lost) =>
      loseIn(okta.org.users, subject, lost, (user) => ({ ...user, profile: withoutTokens(user.profile) })),
    close: () => okta.close(),
  };
};
