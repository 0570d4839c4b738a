import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { findFreePort } from './free-port.js';
import { connectOrg, startOrg } from './okta-org.js';
import { counterPortal } from './portals/counter.js';
import { credentialPortal } from './portals/credential.js';
import { doorPortal } from './portals/door.js';
import { linksPortal } from './portals/links.js';
import type { Portal, RunningPortal } from './portals/portal.js';
import {
  approvePortal,
  checkInPortal,
  homePagePortal,
  organisationsPortal,
  prefilledFormPortal,
  signInPortal,
} from './portals/relying-parties.js';
import { configure, newAdminKey, startService } from './service.js';

/** All portals. The user enrols at the first one. */
const portals: readonly Portal[] = [
  signInPortal,
  homePagePortal,
  prefilledFormPortal,
  approvePortal,
  counterPortal,
  doorPortal,
  checkInPortal,
  credentialPortal,
  linksPortal,
  organisationsPortal,
];

export interface RunningPortals {
  readonly serverUrl: string;
  readonly login: string;
  readonly password: string;
  readonly portals: ReadonlyMap<string, RunningPortal>;
  urlOf(id: string): string;
  setGroups(names: readonly string[]): void;
  readToken(): string | null;
  close(): Promise<void>;
}

const issuedGuard = z.object({ token: z.string() });

export async function startPortals({
  hasFixedPorts,
  modelsFolder,
}: {
  readonly hasFixedPorts: boolean;
  readonly modelsFolder: string;
}): Promise<RunningPortals> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-portals-'));
  const org = await startOrg();
  const { okta } = org;
  const serverPort = await findFreePort();
  const serverUrl = `http://localhost:${serverPort}`;
  const adminKey = newAdminKey();
  const user = { login: 'ada@example.com', password: randomBytes(4).toString('hex') };
  const userId = await okta.createUser({ ...user, firstName: 'Ada', lastName: 'Example' });
  Object.assign(okta.org.users.get(userId)?.profile ?? {}, { mobilePhone: '+65 6123 4567' });
  const given = {
    ...{ serverUrl, issuer: `${serverUrl}/oidc/demo`, connection: 'demo', user: { ...user, id: userId } },
    clientSecret: randomBytes(32).toString('base64url'),
    async clientToken(scopes: readonly string[]) {
      const body = JSON.stringify({ name: 'portal', scopes });
      const headers = { 'content-type': 'application/json', 'x-admin-key': adminKey };
      const response = await fetch(`${serverUrl}/generateToken`, { method: 'POST', headers, body });
      return issuedGuard.parse(await response.json()).token;
    },
  };
  const running = new Map<string, RunningPortal>();
  for (const { id, port, start } of portals) running.set(id, await start({ ...given, port: hasFixedPorts ? port : 0 }));
  const urlOf = (id: string): string => {
    const url = running.get(id)?.url;
    if (url === undefined) throw new Error(`there is no portal ${id}`);
    return url;
  };

  const setGroups = (names: readonly string[]): void => {
    okta.org.groups.clear();
    for (const [at, name] of names.entries()) {
      okta.org.groups.set(`00g${String(at).padStart(17, '0')}`, { name, members: new Set([userId]) });
    }
  };
  setGroups([...running.values()].flatMap(({ groups = [] }) => groups));

  const connection = {
    ...Object.assign({}, ...[...running.values()].map(({ settings = {} }) => settings)),
    id: 'demo',
    kind: 'okta',
    policy: {
      mode: 'enforce',
      whenNotEnrolled: 'enrol',
      organisation: 'Example Portal',
      enrolmentDays: 365,
      fallbackUrl: urlOf('sign-in'),
      returnUrls: [...running.values()].flatMap(({ returnUrls = [] }) => returnUrls),
    },
    oidc: {
      clients: [...running.values()].flatMap(({ clients }) => clients),
      credentials: Object.assign({}, ...[...running.values()].map(({ credentials }) => credentials)),
    },
    me: {
      signIn: [...running.values()].find(({ ownSignIn }) => ownSignIn !== undefined)?.ownSignIn ?? null,
      services: [...running.values()].flatMap(({ url, service }) =>
        service === undefined ? [] : [{ ...service, url }],
      ),
    },
    okta: org.settings,
  };
  const others = [...running.values()].flatMap(({ connections = [] }) => connections);
  const written = { modelsFolder, publicUrl: serverUrl, connections: [connection, ...others] };
  const service = await startService(await configure(folder, written, { port: String(serverPort), adminKey }));
  const { attribute, steps } = connectOrg(connection, serverUrl);
  // Apply only the first step, which creates the attribute for the token. This demonstration has no hooks.
  await steps[0]?.apply();

  return {
    ...{ serverUrl, ...user, portals: running, urlOf, setGroups },
    readToken() {
      const token = okta.org.users.get(userId)?.profile[attribute];
      return typeof token === 'string' ? token : null;
    },
    async close() {
      for (const { close } of running.values()) await close();
      await service.stop();
      await okta.close();
      await rm(folder, { recursive: true });
    },
  };
}
