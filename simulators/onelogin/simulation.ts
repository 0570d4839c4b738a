import { randomBytes } from 'node:crypto';
import type { StartSimulation } from '../simulation.js';
import { simulatedLogins } from '../simulation.js';
import { startOneLoginSimulator } from './index.js';

const password = 'first factor';

/** The id of the application that the users sign in to. */
const simulatedApp = 959_314;

/** A OneLogin account with a face policy, for `facestep simulate onelogin`. */
export const startOneLoginSimulation: StartSimulation = async ({ port }) => {
  const onelogin = await startOneLoginSimulator({ port });
  const facePolicyId = onelogin.addPolicy({ name: 'Face', factors: ['trusted_idp'] });
  return {
    title: 'OneLogin account',
    url: onelogin.url,
    settings: {
      accountUrl: onelogin.url,
      clientId: onelogin.clientId,
      clientSecret: onelogin.clientSecret,
      hooks: { secret: randomBytes(32).toString('base64url') },
      facePolicyId,
    },
    application: String(simulatedApp),
    environment: {},
    users: simulatedLogins.map((login) => ({
      login,
      subject: String(onelogin.addUser({ username: login, password })),
    })),
    faceCheck: 'before',
    async signIn(login) {
      // The person shows no further factor: under the face policy that is where the sign-in ends.
      const result = await onelogin.signIn({ identifier: login, password, appId: simulatedApp });
      if (!result.ok) return { signedIn: false, denied: result.denied };
      const { userId, policyId, factors } = result;
      return { signedIn: true, userId, policyId, factors };
    },
    close: () => onelogin.close(),
  };
};
