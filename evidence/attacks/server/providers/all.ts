import { type Altered, alterToken } from '../alter.js';
import type { OidcClients } from '../clients.js';

import { openEntra } from './entra.js';
import { callBySecret, openOkta } from './okta.js';
import { openOneLogin } from './onelogin.js';
import { openCognito, openScim } from './others.js';
import { type Outside, openOutside } from './outside.js';
import { type HookTarget, type Provider, toBearerForgeries } from './provider.js';

const audience = 'https://face.example.com/rival';

async function createRivalCallers(outside: Outside, foreign: HookTarget['foreign']) {
  const claims = { aud: audience, cid: 'rival-hooks' };
  const good = await outside.sign(claims, { lifeSec: 7200 });
  const now = Math.floor(Date.now() / 1000);
  const forged: readonly Altered[] = [
    ['an expired token', await outside.sign(claims, { issuedAt: now - 7200, lifeSec: 60 })],
    ['a token for another audience', await outside.sign({ ...claims, aud: 'https://face.example.com/workforce' })],
    ['a token of another client', await outside.sign({ ...claims, cid: 'another' })],
    ['a token of another issuer', await outside.sign({ ...claims, iss: 'https://issuer.example.com' })],
    ['a token signed by a stranger', await outside.forge(claims)],
    ...alterToken(good, { publicKey: outside.publicKey.jwk, lure: `${outside.url}/lure/okta` }),
  ];
  return {
    hooks: { oauth: { issuer: outside.url, audience, clientId: 'rival-hooks' } },
    sign: () => [['Authorization', `Bearer ${good}`] as const],
    forgeries: () => [['no token', []] as const, ...toBearerForgeries(forged)],
    foreign,
    fetchesKeys: true,
  };
}

export async function openProviders(clients: OidcClients) {
  const outside = await openOutside();
  const verifierUrl = outside.url;
  // Each tenant is attacked with the other tenant's hook credentials.
  const rivalCallers = await createRivalCallers(outside, (body) => workforceCallers.sign(body));
  const workforceCallers = callBySecret(() => rivalCallers.sign());
  const workforce = await openOkta('workforce', workforceCallers, { clients, verifierUrl });
  const rival = await openOkta('rival', rivalCallers, { clients, verifierUrl });
  const foreign = rivalCallers.sign;
  const staff = await openEntra('staff', { outside, foreign });
  const partners = await openOneLogin('partners', { foreign, clients });
  const shop = await openCognito('shop', clients);
  const field = await openScim('field', clients);
  const all: readonly Provider[] = [workforce, rival, staff, partners, shop, field];
  const { url: login } = staff.simulator;
  return {
    workforce,
    rival,
    staff,
    partners,
    shop,
    all,
    outside,
    hooks: all.flatMap(({ hooks }) => hooks),
    targets: clients.targets({ orgUrl: workforce.simulator.url, login, externalMfa: staff.externalMfa }),
    async close() {
      for (const provider of [...all, outside]) await provider.close();
    },
  };
}

export type Providers = Awaited<ReturnType<typeof openProviders>>;
