import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartSimulation } from '../simulation.js';
import { loseIn, simulatedGroup, simulatedLogins, toShownToken, withoutTokens } from '../simulation.js';
import { startEntraSimulator } from './index.js';

export const startEntraSimulation: StartSimulation = async ({ port }) => {
  const entra = await startEntraSimulator({ port });
  const daemon = entra.addDaemon();
  const application = entra.addClientApp();
  const externalMfa = entra.addClientApp();
  // MSAL requires https, so callers must trust the certificate that the simulator has just created.
  const folder = await mkdtemp(join(tmpdir(), 'facestep-entra-'));
  const certificate = join(folder, 'certificate.pem');
  await writeFile(certificate, entra.cert);
  const users = simulatedLogins.map((login) => ({ login, subject: entra.addUser({ mail: login }).id }));
  const members = users.slice(0, 1).map(({ subject }) => subject);
  entra.tenant.groupDetails.set(entra.addGroup(members, undefined, simulatedGroup), { isAssignableToRole: true });
  return {
    title: 'Entra tenant',
    url: entra.url,
    settings: { ...entra.toSettings(daemon), hooks: { clientApps: [application] } },
    oidc: {
      clients: [
        {
          kind: 'entra_external_mfa',
          id: externalMfa,
          tenantIds: [entra.tenant.id],
          login: entra.url,
          groups: ['all_users'],
        },
      ],
    },
    application,
    signInPage: `${entra.url}/external-mfa/start?user=${simulatedLogins[0]}`,
    environment: { NODE_EXTRA_CA_CERTS: certificate },
    users,
    faceCheck: 'before',
    async signIn(login) {
      const userId = users.find((user) => user.login === login)?.subject ?? '';
      const result = await entra.signIn({ appId: application, userId });
      if (!result.ok) return { signedIn: false, error: result.error, code: result.code };
      return { signedIn: true, ...toShownToken('token', result.token) };
    },
    lose: (subject, lost) =>
      loseIn(entra.tenant.users, subject, lost, (user) => ({ ...user, extensions: withoutTokens(user.extensions) })),
    async close() {
      await entra.close();
      await rm(folder, { recursive: true });
    },
  };
};
