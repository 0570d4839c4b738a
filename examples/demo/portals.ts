import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { createFacestepClient } from '../../client/index.js';
import { createServerCall } from '../../client/server-call.js';
import { type Kiosk, startCounter } from '../counter/server.js';
import { createMemoryStore, createRoster } from '../door/roster.js';
import { startDoor } from '../door/server.js';
import { startWallet } from '../wallet/server.js';
import { issueClientToken } from './backend.js';
import { findFreePort } from './free-port.js';
import { connectOrg, startOrg } from './okta-org.js';
import { linksPortal } from './portals/links.js';
import { once, type Portal, type RunningPortal } from './portals/portal.js';
import {
  approvePortal,
  checkInPortal,
  homePagePortal,
  organisationsPortal,
  prefilledFormPortal,
  signInPortal,
} from './portals/relying-parties.js';
import { configure, newAdminKey, startService } from './service.js';

const counterClientId = 'library-desk';

const counterPortal: Portal = {
  id: 'counter',
  port: 8094,
  async start({ port, serverUrl, issuer, clientSecret, clientToken, user: { login } }) {
    const kiosk = once(async () => registerKiosk(serverUrl, await clientToken(['verify'])));
    const counter = await startCounter({ port, issuer, clientId: counterClientId, clientSecret, kiosk });
    return {
      url: counter.url,
      clients: [
        {
          kind: 'counter',
          id: counterClientId,
          name: 'City Library, desk 1',
          secret: clientSecret,
          claims: {
            given_name: { purpose: { en: 'Staff greet you by name' } },
            family_name: { purpose: { en: 'Staff find your books by it' } },
            phone_number: { purpose: { en: 'We call when a book you wait for is in' } },
          },
        },
      ],
      guide: [
        'A counter: start a check, and open its code in a second window, which replaces the phone.',
        `Each side tells the other a number. The phone then asks for your username (${login}) and your face.`,
        'Without a phone: open /kiosk of the counter in a third window and press "No phone: use the kiosk" at the counter.',
        'If you open the code in two windows or type a wrong number, the check ends without a result.',
      ],
      close: counter.close,
    };
  },
};

const kioskGuard = z.object({ id: z.string(), url: z.string() });

const registerKiosk = (url: string, clientToken: string): Promise<Kiosk> =>
  createServerCall({ url, clientToken, fetch }).postJson('/kiosks', { name: 'City Library, kiosk' }, kioskGuard);

const type = 'staff_card';
const vct = 'urn:example:staff-card';

const credentialPortal: Portal = {
  id: 'credential',
  port: 8098,
  async start({ port, issuer }) {
    const wallet = await startWallet({ port, issuer, offerPage: `${issuer}/credentials/${type}` });
    return {
      ...wallet,
      clients: [],
      credentials: {
        [type]: {
          vct,
          name: 'Staff card',
          claims: {
            given_name: { purpose: { en: 'To call you by your name' } },
            family_name: { purpose: { en: 'To call you by your name' } },
            email: { purpose: { en: 'To write to you' } },
          },
        },
      },
      guide: [
        'A small wallet and a staff card for it. Any OpenID4VCI 1.0 wallet that reaches this machine can receive the card.',
      ],
    };
  },
};

const doorPortal: Portal = {
  id: 'door',
  port: 8095,
  async start({ port, serverUrl, clientToken }) {
    const openRoster = once(async () => {
      const facestep = { url: serverUrl, clientToken: await clientToken(['enrol', 'identify']), fetch };
      return createRoster(createFacestepClient(facestep), createMemoryStore());
    });
    const door = await startDoor({ port, openRoster });
    return {
      url: door.url,
      clients: [],
      guide: [
        'A door with an empty roster. Add yourself at /roster, then stand in front of the door.',
        'For other people the door stays closed. It checks pictures only and asks for no movement.',
      ],
      close: door.close,
    };
  },
};

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

export type RunningPortals = Awaited<ReturnType<typeof startPortals>>;

export async function startPortals({
  hasFixedPorts,
  modelsFolder,
}: {
  readonly hasFixedPorts: boolean;
  readonly modelsFolder: string;
}) {
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
    serverUrl,
    issuer: `${serverUrl}/oidc/demo`,
    connection: 'demo',
    user: { ...user, id: userId },
    clientSecret: randomBytes(32).toString('base64url'),
    clientToken: (scopes: readonly string[]) => issueClientToken(serverUrl, adminKey, { name: 'portal', scopes }),
  };
  const running = new Map<string, RunningPortal>();
  for (const { id, port, start } of portals)
    running.set(id, await start({ ...given, port: hasFixedPorts ? await findFreePort(port) : 0 }));
  const urlOf = (id: string): string => {
    const url = running.get(id)?.url;
    if (url === undefined) throw new Error(`unknown portal ${id}`);
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
  const { id, kind, policy } = connection;
  // Without the settings of extensions, which the adapter does not need.
  const { attribute, steps } = connectOrg({ id, kind, policy, okta: org.settings }, serverUrl);
  // Apply only the first step, which creates the attribute for the token. This demonstration has no hooks.
  await steps[0]?.apply();

  return {
    serverUrl,
    ...user,
    portals: running,
    urlOf,
    setGroups,
    readToken(): string | null {
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
