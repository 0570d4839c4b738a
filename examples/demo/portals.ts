import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueClientToken } from './backend.js';
import { aheadBy, setDaysAhead } from './clock.js';
import { findFreePort } from './free-port.js';
import { connectOrg, startOrg } from './okta-org.js';
import { groups, toConnections } from './portal-settings.js';
import { connectionId, type Sites, startSites } from './portal-sites.js';
import { configure, newAdminKey, type Service, startService } from './service.js';

/** Lists the portals: their addresses, and what to try there. The user enrols at the first one. */
const toPortals = (
  { signIn, form, bank, counter, door, checkIn, wallet, lender, payslips, office }: Sites,
  { serverUrl, login }: { readonly serverUrl: string; readonly login: string },
) => ({
  'sign-in': {
    url: signIn.url,
    guide: [
      'It asks for the password, then redirects to the face check of facestep.',
      'The first visit enrols you: read the consent, then move your head as shown.',
      'Sign in again: the second visit checks your face. The page shows the ID token: amr contains "face".',
      'Press "Go to tomorrow" there, and sign in again in the same browser: a glance, with one movement. The ID token has presence "glance-1".',
      'Try another person, a photo on a phone, or a wrong movement: the check is refused.',
      'Choose "Use my phone" to see the hand-off. A phone reaches this machine only by HTTPS and its host name.',
    ],
  },
  'home-page': {
    url: `${serverUrl}/me/${connectionId}`,
    guide: [
      `The page that belongs to you: type ${login} and show your face.`,
      'Or press "Sign in at Example Portal": the provider asks for the password, without a camera.',
      'See your checks and consents, withdraw them with one press, and download your data.',
    ],
  },
  'prefilled-form': {
    url: form.url,
    guide: ['A form that is filled in with the data you agree to share.'],
  },
  approve: {
    url: bank.url,
    guide: [
      'Pay a bill or sign a document. Before the camera opens, the page shows exactly what you approve.',
      'If you change the amount in another tab during the face check, the bank pays nothing.',
      'Check the signature offline on the same page, with this document and with another one.',
    ],
  },
  counter: {
    url: counter.url,
    guide: [
      'A counter: start a check, and open its code in a second window, which replaces the phone.',
      `Each side tells the other a number. The phone then asks for your username (${login}) and your face.`,
      'Without a phone: open /kiosk of the counter in a third window and press "No phone: use the kiosk" at the counter.',
      'If you open the code in two windows or type a wrong number, the check ends without a result.',
    ],
  },
  door: {
    url: door.url,
    guide: [
      'A door with an empty roster. Add yourself at /roster, then stand in front of the door.',
      'For other people the door stays closed. It checks pictures only and asks for no movement.',
    ],
  },
  'check-in': {
    url: checkIn.url,
    guide: [
      'Open a place: its screen shows a QR code and the number of people. On this machine, open the link of the code yourself.',
      'Your list is shown after a face check. The place never learns your name.',
    ],
  },
  credential: {
    url: wallet.url,
    guide: [
      'A small wallet and a staff card for it. Any OpenID4VCI 1.0 wallet that reaches this machine can receive the card.',
    ],
  },
  links: {
    url: lender.url,
    guide: [
      `A bank that asks two sources. First sign in to the payroll, with the same password: ${payslips.url}`,
      'Then apply for a loan: link your payroll account, and agree to share data from both sources.',
    ],
  },
  organisations: {
    url: office.url,
    guide: ['A tax office: choose the company you act for. Your role decides what you may do.'],
  },
});

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
  const clientSecret = randomBytes(32).toString('base64url');
  const user = { login: 'ada@example.com', password: randomBytes(4).toString('hex') };
  const userId = await okta.createUser({ ...user, firstName: 'Ada', lastName: 'Example' });
  Object.assign(okta.org.users.get(userId)?.profile ?? {}, { mobilePhone: '+65 6123 4567' });
  const sites = await startSites({
    serverUrl,
    clientSecret,
    user: { ...user, id: userId },
    toPort: async (fixed) => (hasFixedPorts ? findFreePort(fixed) : 0),
    clientToken: (scopes) => issueClientToken(serverUrl, adminKey, { name: 'portal', scopes }),
    goToTomorrow,
  });

  const setGroups = (names: readonly string[]): void => {
    okta.org.groups.clear();
    for (const [at, name] of names.entries()) {
      okta.org.groups.set(`00g${String(at).padStart(17, '0')}`, { name, members: new Set([userId]) });
    }
  };
  setGroups(groups);

  const connections = toConnections(sites, { secret: clientSecret, okta: org.settings });
  const written = { modelsFolder, publicUrl: serverUrl, connections };
  const env = await configure(folder, written, { port: String(serverPort), adminKey });
  let daysAhead = 0;
  const start = (): Promise<Service> => startService({ ...env, ...aheadBy(daysAhead) });
  let service = start();
  await service;
  async function goToTomorrow(): Promise<void> {
    service = service.then(async (running) => {
      await running.stop();
      daysAhead += 1;
      setDaysAhead(daysAhead);
      return start();
    });
    await service;
  }
  const [{ id, kind, policy }] = connections;
  // Without the settings of extensions, which the adapter does not need.
  const { steps } = connectOrg({ id, kind, policy, okta: org.settings }, serverUrl);
  // Apply only the first step, which creates the attribute for the token. This demonstration has no hooks.
  await steps[0]?.apply();

  const portals = toPortals(sites, { serverUrl, login: user.login });
  return {
    serverUrl,
    ...user,
    portals,
    urlOf: (portal: keyof typeof portals): string => portals[portal].url,
    setGroups,
    async close() {
      for (const site of Object.values(sites)) await site.close();
      await (await service).stop();
      setDaysAhead(0);
      await okta.close();
      await rm(folder, { recursive: true });
    },
  };
}
