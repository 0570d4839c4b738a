import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { exportJWK } from 'jose';
import type { StartSimulation } from '../simulation.js';
import { loseIn, simulatedGroup, simulatedLogins, toShownToken, withoutTokens } from '../simulation.js';
import { startOktaSimulator } from './index.js';

const password = 'first factor';
const managed = [
  'schemas',
  'inlineHooks',
  'authorizationServers',
  'eventHooks',
  'policies',
  'users',
  'idps',
  'groups',
  'apps',
];

export const startOktaSimulation: StartSimulation = async ({ port }) => {
  const okta = await startOktaSimulator({ port });
  const users = await Promise.all(
    simulatedLogins.map(async (login) => ({ login, subject: await okta.createUser({ login, password }) })),
  );
  const members = new Set(users.slice(0, 1).map(({ subject }) => subject));
  okta.org.groups.set('00g1a2b3c4d5e6f7g8h9', { name: simulatedGroup, members });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'simulated', alg: 'RS256' };
  const scopes = managed.flatMap((name) => [`okta.${name}.read`, `okta.${name}.manage`]);
  const service = okta.addClient({ publicJwks: [publicJwk], scopes, requireDpop: true });
  return {
    title: 'Okta org',
    url: okta.url,
    settings: {
      orgUrl: okta.url,
      auth: {
        kind: 'private_key',
        clientId: service.id,
        keyId: publicJwk.kid,
        privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      },
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
