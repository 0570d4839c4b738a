import { randomBytes } from 'node:crypto';
import { loseIn, type StartSimulation, simulatedGroup, simulatedLogins, withoutTokens } from '../simulation.js';
import { startOneLoginSimulator } from './index.js';

const password = 'first factor';

const simulatedApp = 959_314;
const roleId = 4_700;

export const startOneLoginSimulation: StartSimulation = async ({ port }) => {
  const onelogin = await startOneLoginSimulator({ port });
  const facePolicyId = onelogin.addPolicy({ name: 'Face', factors: ['trusted_idp'] });
  onelogin.account.roles.set(roleId, simulatedGroup);
  return {
    title: 'OneLogin account',
    url: onelogin.url,
    settings: onelogin.toSettings(randomBytes(32).toString('base64url'), facePolicyId),
    application: String(simulatedApp),
    environment: {},
    users: simulatedLogins.map((login, at) => ({
      login,
      subject: String(onelogin.addUser({ username: login, password, roleIds: at === 0 ? [roleId] : [] })),
    })),
    faceCheck: 'before',
    async signIn(login) {
      // The user has no further factor, so the sign-in stops under the face policy.
      const result = await onelogin.signIn({ identifier: login, password, appId: simulatedApp });
      if (!result.ok) return { signedIn: false, denied: result.denied };
      const { userId, policyId, factors } = result;
      return { signedIn: true, userId, policyId, factors };
    },
    lose: (subject, lost) =>
      loseIn(onelogin.account.users, Number(subject), lost, (user) => ({
        ...user,
        customAttributes: withoutTokens(user.customAttributes),
      })),
    close: () => onelogin.close(),
  };
};
