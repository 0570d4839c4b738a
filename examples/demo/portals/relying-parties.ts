import express from 'express';
import { createSignInProvider, type SignInClient } from '../../../simulators/sign-in-provider.js';
import { startBank } from '../../approve/server.js';
import { startCheckIn } from '../../check-in/server.js';
import { startTaxOffice } from '../../organisations/server.js';
import { startPrefilledForm } from '../../prefilled-form/server.js';
import { listen, type Site } from '../../web/site.js';
import { parseSignIn, startSignInPage, toForm } from '../sign-in-page.js';
import { once, type Portal, toClient } from './portal.js';

async function startProviderSignIn({
  port,
  user: { id, login, password },
  ...client
}: SignInClient & {
  readonly port: number;
  readonly user: { readonly id: string; readonly login: string; readonly password: string };
}): Promise<Site> {
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

/* Portals that start one example, which is a relying party of the facestep server. */

/** A sign-in with password and face. Users who are not enrolled yet enrol at their first sign-in. */
export const signInPortal: Portal = {
  id: 'sign-in',
  port: 8090,
  async start({ port, issuer, clientSecret, user: { login, password } }) {
    const users = new Map([[login, password]]);
    const page = await startSignInPage({ port, issuer, clientId: 'portal', clientSecret, users });
    return {
      ...page,
      clients: [toClient('portal', clientSecret, page, { mayEnrol: true })],
      service: { name: 'Example Portal', text: { en: 'Sign in with your password and your face' } },
      guide: [
        'It asks for the password, then redirects to the face check of facestep.',
        'The first visit enrols you: read the consent, then move your head as shown.',
        'Sign in again: the second visit checks your face. The page shows the ID token: amr contains "face".',
        'Try another person, a photo on a phone, or a wrong movement: the check is refused.',
        'Choose "Use my phone" to see the hand-off. A phone reaches this machine only by HTTPS and its host name.',
      ],
    };
  },
};

/**
 * Portal for `/me`, the facestep server's own page for enrolled users. This code only simulates the provider's sign-in
 * for that page.
 */
export const homePagePortal: Portal = {
  id: 'home-page',
  port: 8099,
  async start({ port, serverUrl, connection, clientSecret, user }) {
    const client = { clientId: 'home-page', clientSecret };
    const redirectUri = `${serverUrl}/me/${connection}/callback`;
    const { url: issuer, close } = await startProviderSignIn({ port, ...client, redirectUri, user });
    return {
      url: `${serverUrl}/me/${connection}`,
      clients: [],
      ownSignIn: { issuer, ...client },
      guide: [
        `The page that belongs to you: type ${user.login} and show your face.`,
        'Or press "Sign in at Example Portal": the provider asks for the password, without a camera.',
        'See your checks and consents, withdraw them with one press, and download your data.',
      ],
      close,
    };
  },
};

export const prefilledFormPortal: Portal = {
  id: 'prefilled-form',
  port: 8091,
  async start({ port, issuer, clientSecret }) {
    const form = await startPrefilledForm({ port, issuer, clientId: 'library', clientSecret });
    const claims = {
      given_name: { purpose: { en: 'Your name is printed on the card' } },
      family_name: { purpose: { en: 'Your name is printed on the card' } },
      email: { purpose: { en: 'We write when a book is due' } },
      phone_number: { purpose: { en: 'We call when a book you wait for is in' } },
    };
    return {
      ...form,
      clients: [toClient('library', clientSecret, form, { name: 'City Library', claims })],
      service: { name: 'City Library', text: { en: 'Get a library card' } },
      guide: ['A form that is filled in with the data you agree to share.'],
    };
  },
};

export const approvePortal: Portal = {
  id: 'approve',
  port: 8092,
  async start({ port, serverUrl, connection, clientSecret, user, clientToken }) {
    const { returnUrl, ...bank } = await startBank({
      port,
      serverUrl,
      connection,
      client: { id: 'bank', secret: clientSecret },
      customer: { login: user.login, subject: user.id },
      clientToken: once(() => clientToken(['verify'])),
      clientModule: new URL('../../../client/index.js', import.meta.url).href,
    });
    return {
      ...bank,
      clients: [toClient('bank', clientSecret, bank, { name: 'Example Bank', actions: true })],
      returnUrls: [returnUrl],
      guide: [
        'Pay a bill or sign a document. Before the camera opens, the page shows exactly what you approve.',
        'If you change the amount in another tab during the face check, the bank pays nothing.',
        'Check the signature offline on the same page, with this document and with another one.',
      ],
    };
  },
};

export const checkInPortal: Portal = {
  id: 'check-in',
  port: 8096,
  async start({ port, issuer, clientSecret }) {
    const places = new Map([
      ['north', 'North Hall'],
      ['library', 'City Library'],
    ]);
    const checkIn = await startCheckIn({ port, issuer, clientId: 'check-in', clientSecret, places, keepDays: 14 });
    return {
      ...checkIn,
      clients: [toClient('check-in', clientSecret, checkIn, { name: 'Check-in' })],
      guide: [
        'Open a place: its screen shows a QR code and the number of people. On this machine, open the link of the code yourself.',
        'Your list is shown after a face check. The place never learns your name.',
      ],
    };
  },
};

export const organisationsPortal: Portal = {
  id: 'organisations',
  port: 8097,
  async start({ port, issuer, clientSecret }) {
    const office = await startTaxOffice({ port, issuer, clientId: 'tax-office', clientSecret });
    return {
      ...office,
      clients: [toClient('tax-office', clientSecret, office, { name: 'Tax Office', organisations: true })],
      settings: {
        organisations: {
          pattern: 'corp:{organisation}:{role}',
          list: [
            { id: '201912345K', name: 'Harbour Bakery' },
            { id: 'T08GB0001A', name: 'Orchard Cycles' },
          ],
        },
      },
      groups: ['corp:201912345K:filer', 'corp:201912345K:payer', 'corp:T08GB0001A:reader'],
      guide: ['A tax office: choose the company you act for. Your role decides what you may do.'],
    };
  },
};
