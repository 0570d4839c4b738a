import express from 'express';
import * as z from 'zod/mini';
import { createFacestepClient } from '../../client/index.js';
import { createServerCall } from '../../client/server-call.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { startScimSimulator } from '../../simulators/scim/index.js';
import { createSignInProvider, type SignInClient } from '../../simulators/sign-in-provider.js';
import type { ClientScope } from '../../src/access/scopes.js';
import { startBank } from '../approve/server.js';
import { startCheckIn } from '../check-in/server.js';
import { startCounter } from '../counter/server.js';
import { createMemoryStore, createRoster } from '../door/roster.js';
import { startDoor } from '../door/server.js';
import { startTaxOffice } from '../organisations/server.js';
import { startPrefilledForm } from '../prefilled-form/server.js';
import { startSeveralSources } from '../several-sources/server.js';
import { startWallet } from '../wallet/server.js';
import { listen, type Site } from '../web/site.js';
import { parseSignIn, startSignInPage, toForm } from './sign-in-page.js';

export const connectionId = 'demo';
export const payrollId = 'payroll';
export const cardType = 'staff_card';

/** OpenID clients of the sites. */
export const clientIds = {
  signIn: 'portal',
  homePage: 'home-page',
  form: 'library',
  bank: 'bank',
  counter: 'library-desk',
  checkIn: 'check-in',
  lender: 'lender',
  payslips: 'payslips',
  office: 'tax-office',
} as const;

export const payrollSchema = 'urn:example:scim:payroll:User';

const kioskGuard = z.object({ id: z.string(), url: z.string() });

interface SitesGiven {
  readonly serverUrl: string;
  /** Secret of all OpenID clients. */
  readonly clientSecret: string;
  readonly user: { readonly login: string; readonly password: string; readonly id: string };
  /**
   * Returns the port of a site.
   * @param fixed - port that the demonstration uses if its URLs are fixed
   */
  toPort(fixed: number): Promise<number>;
  /** Returns a client token. It can be called only when the facestep server runs, after all sites have started. */
  clientToken(scopes: readonly ClientScope[]): Promise<string>;
  /** Sets the clocks of server, sites and simulated providers ahead by a day. */
  goToTomorrow(): Promise<void>;
}

export type Sites = Awaited<ReturnType<typeof startSites>>;

/** Starts the sites of the portals, and what these use. */
export async function startSites({ serverUrl, clientSecret, user, toPort, clientToken, goToTomorrow }: SitesGiven) {
  const { login, password } = user;
  const issuer = `${serverUrl}/oidc/${connectionId}`;
  const sourceIssuer = `${serverUrl}/oidc/${payrollId}`;
  const users = new Map([[login, password]]);
  const registration = (id: keyof typeof clientIds) => ({ issuer, clientId: clientIds[id], clientSecret });
  const payslips = await startSignInPage({
    port: 0,
    ...registration('payslips'),
    issuer: sourceIssuer,
    name: 'Example Payroll',
    users,
    goToTomorrow,
  });
  const hint = 'If you are not enrolled at your payroll yet, sign in there first, with the same password:';
  return {
    signIn: await startSignInPage({ port: await toPort(8090), ...registration('signIn'), users, goToTomorrow }),
    ownSignIn: await startProviderSignIn({
      port: await toPort(8099),
      clientId: clientIds.homePage,
      clientSecret,
      redirectUri: `${serverUrl}/me/${connectionId}/callback`,
      user,
    }),
    form: await startPrefilledForm({ port: await toPort(8091), ...registration('form') }),
    bank: await startBank({
      port: await toPort(8092),
      serverUrl,
      connection: connectionId,
      client: { id: clientIds.bank, secret: clientSecret },
      customer: { login, subject: user.id },
      clientToken: once(() => clientToken(['verify'])),
      clientModule: new URL('../../client/index.js', import.meta.url).href,
    }),
    lender: await startSeveralSources({
      port: await toPort(8093),
      ...registration('lender'),
      sources: { [payrollId]: sourceIssuer },
      hint: { text: hint, url: payslips.url },
    }),
    counter: await startCounter({
      port: await toPort(8094),
      ...registration('counter'),
      kiosk: once(async () => {
        const server = createServerCall({ url: serverUrl, clientToken: await clientToken(['verify']), fetch });
        return server.postJson('/kiosks', { name: 'City Library, kiosk' }, kioskGuard);
      }),
    }),
    door: await startDoor({
      port: await toPort(8095),
      openRoster: once(async () => {
        const facestep = { url: serverUrl, clientToken: await clientToken(['enrol', 'identify']), fetch };
        return createRoster(createFacestepClient(facestep), createMemoryStore());
      }),
    }),
    checkIn: await startCheckIn({
      port: await toPort(8096),
      ...registration('checkIn'),
      places: new Map([
        ['north', 'North Hall'],
        ['library', 'City Library'],
      ]),
      keepDays: 14,
    }),
    office: await startTaxOffice({ port: await toPort(8097), ...registration('office') }),
    wallet: await startWallet({
      port: await toPort(8098),
      issuer,
      offerPage: `${issuer}/credentials/${cardType}`,
    }),
    payslips,
    payroll: await startPayroll(login),
  };
}

/** Starts a SCIM directory that knows the income of the user. */
async function startPayroll(login: string) {
  const payroll = await startScimSimulator();
  payroll.directory.extensions
    .set('urn:ietf:params:scim:schemas:extension:facestep:2.0:User', [defineAttribute('token')])
    .set(payrollSchema, [defineAttribute('annualIncome')]);
  const employee = payroll.directory.users.get(payroll.addUser(login));
  employee?.extensions.set(payrollSchema, new Map([['annualIncome', 'SGD 54,000']]));
  return payroll;
}

/** Starts a simulation of the provider's sign-in to the user's own page of the facestep server. */
async function startProviderSignIn({
  port,
  user: { id, login, password },
  ...client
}: SignInClient & Pick<SitesGiven, 'user'> & { readonly port: number }): Promise<Site> {
  const app = express();
  const site = await listen(port, app);
  const provider = createSignInProvider(site.url, client);
  const toPage = (path: string, note: string): string => toForm('Example Directory', { users: [login], note, path });
  app.get('/interaction/:uid', (request, response) => {
    response.send(toPage(request.path, 'Your password here, and no camera.'));
  });
  app.post('/interaction/:uid', express.urlencoded({ extended: false }), async (request, response) => {
    const typed = parseSignIn(request.body);
    if (typed.login === login && typed.password === password) {
      await provider.interactionFinished(request, response, { login: { accountId: id } });
    } else response.status(401).send(toPage(request.path, 'User name or password is wrong.'));
  });
  app.use(provider.callback());
  return site;
}

/** Makes a value at its first use: sites start before the facestep server, which client tokens come from. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
