import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  completeSignIn,
  createSignInElsewhere,
  discover,
  type OpenIdProvider,
  toAuthorizationRequest,
} from '../relying-party.js';
import { loseIn, type StartSimulation, simulatedGroup, simulatedLogins } from '../simulation.js';
import { type DirectoryUser, defineAttribute } from './directory.js';
import { startScimSimulator } from './index.js';

const schema = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';
const startPath = '/portal/start';
const queryGuard = z.object({ user: z.enum(simulatedLogins) });

/** Starts a SCIM directory and an application that asks facestep for an ID token, for `facestep simulate scim`. */
export const startScimSimulation: StartSimulation = async ({ port, connection, serverUrl }) => {
  const client = { id: 'portal', secret: randomBytes(32).toString('base64url') };
  const findProvider = (): Promise<OpenIdProvider> => {
    const registered = { clientId: client.id, clientSecret: client.secret, scopes: ['openid'] };
    return discover(`${serverUrl}/oidc/${connection}`, registered, fetch);
  };
  const portal = createSignInElsewhere({
    startPath,
    callbackPath: '/portal/callback',
    origin: () => scim.url,
    find: (query) => queryGuard.safeParse(query).data ?? null,
    async leave({ user }, started) {
      const provider = await findProvider();
      return [provider.authorizationEndpoint, { ...toAuthorizationRequest(provider, started), login_hint: user }];
    },
    async finish(_, answer) {
      const completion = { ...answer, now: Date.now, skewSec: 60, fetch };
      return (await completeSignIn(await findProvider(), completion)).claims;
    },
  });
  const scim = await startScimSimulator({ port, portal });
  const { directory } = scim;
  directory.extensions.set(schema, [defineAttribute('token')]);
  const users = simulatedLogins.map((login) => ({ login, subject: scim.addUser(login) }));
  const members = users.slice(0, 1).map(({ subject }) => subject);
  directory.groups.set('finance', { displayName: simulatedGroup, members });
  const toPage = (login: string): string => `${scim.url}${startPath}?user=${login}`;
  return {
    title: 'SCIM 2.0 server',
    url: scim.url,
    settings: { baseUrl: scim.baseUrl, auth: { kind: 'bearer', token: scim.bearer } },
    oidc: {
      clients: [
        { kind: 'relying_party', id: client.id, secret: client.secret, redirectUris: [`${scim.url}/portal/callback`] },
      ],
    },
    application: client.id,
    signInPage: toPage(simulatedLogins[0]),
    environment: {},
    users,
    faceCheck: 'before',
    // There is no hook: the application asks facestep for an ID token, in a browser.
    signIn: async (login) => ({ signedIn: false, open: toPage(login) }),
    lose: (subject, lost) =>
      loseIn(directory.users, subject, lost, (user): DirectoryUser => ({ ...user, extensions: new Map() })),
    close: () => scim.close(),
  };
};
