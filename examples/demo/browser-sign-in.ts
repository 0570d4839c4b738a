import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { epochMs } from '../../src/core/units.js';
import { findFreePort } from '../../test/free-port.js';
import { modelsFolder } from '../../test/paths.js';
import { startService } from '../../test/service.js';
import { createTextLog } from '../../test/sinks.js';
import { startPortal } from './portal.js';

/** A whole sign-in for a browser on this machine. */
export interface BrowserSignIn {
  /** The sign-in page. */
  readonly url: string;
  readonly login: string;
  readonly password: string;
  /** What the user's profile holds now; `null` before the first sign-in. */
  readToken(): string | null;
  close(): Promise<void>;
}

const clientId = 'portal';

/**
 * Starts the server, a simulated Okta org whose user profile keeps the token, and a portal that asks for a password and
 * then sends the browser to the face check. Whoever has no enrolment makes one at the first visit.
 * @param port - of the portal; 0 takes a free one
 */
export async function startBrowserSignIn({ port }: { readonly port: number }): Promise<BrowserSignIn> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-sign-in-'));
  const okta = await startOktaSimulator();
  const serverPort = await findFreePort();
  const serverUrl = `http://localhost:${serverPort}`;
  const clientSecret = randomBytes(32).toString('base64url');
  const [login, password] = ['ada@example.com', randomBytes(4).toString('hex')];
  const userId = await okta.createUser({ login, password });
  const issuer = `${serverUrl}/oidc/demo`;
  const portal = await startPortal({ port, issuer, clientId, clientSecret, users: new Map([[login, password]]) });

  const connection = {
    id: 'demo',
    kind: 'okta',
    policy: {
      mode: 'enforce',
      whenNotEnrolled: 'enrol',
      organisation: 'Example Portal',
      enrolmentDays: 365,
      fallbackUrl: portal.url,
    },
    oidc: {
      clients: [
        {
          kind: 'relying_party',
          id: clientId,
          secret: clientSecret,
          mayEnrol: true,
          redirectUris: [portal.redirectUri],
        },
      ],
    },
    okta: {
      orgUrl: okta.url,
      auth: { kind: 'api_token', token: okta.apiToken },
      hooks: { secret: { header: 'authorization', value: `Bearer ${randomBytes(24).toString('base64url')}` } },
    },
  };
  const config = join(folder, 'facestep.json');
  await writeFile(config, JSON.stringify({ modelsFolder, publicUrl: serverUrl, connections: [connection] }), {
    mode: 0o600,
  });
  const service = await startService({
    PORT: String(serverPort),
    FACESTEP_CONFIG: config,
    FACESTEP_DATA: join(folder, 'data'),
    FACESTEP_ADMIN_KEY: `fsa_${randomBytes(24).toString('base64url')}`,
  });
  const settings = oktaConnectionGuard.parse(connection);
  const { steps } = createOktaProvisioning({
    settings,
    publicUrl: serverUrl,
    clock: { now: () => epochMs(Date.now()) },
    random: randomBytes,
    log: createTextLog(),
    fetch: (address, init) => fetch(address, init),
  });
  // The attribute that keeps the token; hooks take no part in this.
  const [attribute] = steps;
  await attribute?.apply();

  return {
    url: portal.url,
    login,
    password,
    readToken() {
      const token = okta.org.users.get(userId)?.profile[settings.okta.attribute];
      return typeof token === 'string' ? token : null;
    },
    async close() {
      await portal.close();
      await service.stop();
      await okta.close();
      await rm(folder, { recursive: true });
    },
  };
}
