import { SignJWT } from 'jose';
import * as client from 'openid-client';
import { createOidcGuard } from '../../../src/config/oidc.js';
import type { Connection } from '../../../src/core/connection.js';
import type { SignInRule } from '../../../src/core/rules/rule.js';
import { addSec, toEpochSec } from '../../../src/core/units.js';
import { createSignInRules } from '../../../src/step-up/evaluate-sign-in.js';
import { draw, enrolByApi, startCapture } from '../../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../../support/benches/capture-page.js';
import {
  clientSecret,
  prepareRequest,
  redirectUri,
  startIssuer,
  type TestIssuer,
} from '../../../support/benches/issuer.js';
import { findEveryGroup, loginOf } from '../../../support/fakes/simulated-profile.js';
import { toForm } from '../../../support/servers/api-server.js';
import type { Size } from '../attack.js';
import type { Tally } from './tally.js';

/*
 * A person whom a rule refuses leaves out, repeats or changes what the rule needs to know. Server, pages, rules, store and
 * signatures are real; the face engine and the provider are simulated.
 */

const pilots = [{ id: 'g-1', name: 'Pilot' }];
const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148';
const computer = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Rules that refuse a person by facts that are known only after a proof. */
const rules: readonly SignInRule[] = [
  { when: { groups: ['pilot'] } },
  { when: { newNetwork: true } },
  { when: { newBrowser: true } },
  { when: { lastCheckHours: 1 } },
  { when: { groups: ['pilot'] }, outcome: 'face', liveness: 'light' } as const,
].map((given) => ({ name: 'pilot', mode: 'enforce', whenUnknown: 'policy', outcome: 'deny', ...given }));

const toName = ({ when, outcome }: SignInRule): string => `${JSON.stringify(when)} ${outcome}`;

export const clients = createOidcGuard([]).parse({
  clients: [
    { kind: 'relying_party', id: 'app', secret: clientSecret, redirectUris: [redirectUri] },
    { kind: 'relying_party', id: 'trusted', secret: clientSecret, redirectUris: [redirectUri], mayEnrol: true },
  ],
});

/** Returns addresses of one sign-in, in the order in which the attacker opens them. */
export async function toRequests(op: TestIssuer, id: string, subject: string) {
  const { params } = await prepareRequest({ login_hint: loginOf(subject) });
  const asked = { ...params, client_id: id, response_type: 'code' };
  const now = toEpochSec(op.server.clock.now());
  const claims = { ...asked, iss: id, aud: op.issuer, iat: now, exp: now + 300 };
  const signed = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(clientSecret));
  const [, payload] = signed.split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const to = (given: Record<string, string>): string => `${op.issuer}/authorize?${new URLSearchParams(given)}`;
  const toSigned = (request: string): string => to({ client_id: id, request });
  const pushed = client.buildAuthorizationUrlWithPAR(await op.discover(id), params).then(({ href }) => href);
  return {
    plain: to(asked),
    signed: toSigned(signed),
    'sent again': toSigned(signed),
    'signature stripped': toSigned(`${none}.${payload}.`),
    'signature stripped, plain parameters': to({ ...asked, request: `${signed.split('.').slice(0, 2).join('.')}.` }),
    pushed: await pushed,
  };
}

/** Shows a face as often as a camera opens, and opens the address again. @returns true if a code was issued */
export async function signIn(op: TestIssuer, url: string, face: string, userAgent = computer): Promise<boolean> {
  const browser = op.newBrowser(undefined, { 'user-agent': userAgent });
  let isCode = false;
  for (let next = url, opened = 0; opened < 3; opened += 1) {
    const seen = await browser.follow(next);
    isCode ||= seen.url.includes('code=');
    if (!seen.url.includes('/face#')) break;
    const { returnUrl } = await op.show(browser, seen.url, face);
    if (returnUrl === null) break;
    next = returnUrl;
  }
  return isCode || (await browser.follow(url)).url.includes('code=');
}

async function attackClients(rule: SignInRule, userAgents: readonly string[], tally: Tally): Promise<void> {
  const op = await startIssuer({ config: clients, policy: { rules: [rule] } });
  try {
    op.profile.groups.set('anna', pilots);
    await op.enrol('anna');
    await op.enrol('berta');
    for (const id of ['app', 'trusted'])
      for (const userAgent of userAgents)
        for (const [how, url] of Object.entries(await toRequests(op, id, 'anna'))) {
          const name = `${toName(rule)}: ${id}, ${how}, ${userAgent}`;
          tally.note(name, await signIn(op, url, 'anna', userAgent));
        }
    if (rule.when.groups === undefined) return;
    const { plain, signed } = await toRequests(op, 'app', 'berta');
    for (const url of [plain, signed]) tally.control(toName(rule), await signIn(op, url, 'berta'));
  } finally {
    await op.server.stop();
  }
}

/** Asks for receipts by `POST /step-ups` and by signed requests of a provider's function, with facts left out. */
async function attackReceipts(rule: SignInRule, userAgents: readonly string[], tally: Tally): Promise<void> {
  const openStepUpRequest: NonNullable<Connection['openStepUpRequest']> = async (request) => {
    const [factor, subject = '', nonce = ''] = request.split('_');
    const now = server.clock.now();
    const isAfterFirstFactor = factor === 'yes';
    const signed = { issuedAt: toEpochSec(now), expiresAt: addSec(now, 120), isAfterFirstFactor };
    return { subject, nonce, audience: 'pool', ...signed };
  };
  const { server, connections, acme, auth } = await startCapture(
    { rules: [rule], liveness: 'off', sameAddress: false },
    { openStepUpRequest },
  );
  try {
    const signInRules = createSignInRules({ ...acme, findGroupIds: findEveryGroup }, server.deps);
    connections.set('acme', { ...acme, signInRules });
    acme.profile.groups.set('00u1', pilots);
    await enrolByApi(server, '00u1', 'ada');
    await enrolByApi(server, '00u2', 'eve');
    const ofBackend = { connection: 'acme', audience: 'portal' };
    let nonces = 0;
    const toUrls = async (subject: string) => {
      const ask = async (path: string, body: object) => String((await server.postJson(path, body, auth)).body.url);
      nonces += 1;
      const sign = (factor: string, how: string): string => `${factor}_${subject}_${factor}-${how}-${nonces}`;
      return {
        'step-up': await ask('/step-ups', { ...ofBackend, subject }),
        'step-up with nonce': await ask('/step-ups', { ...ofBackend, subject, nonce: 'n-1' }),
        'requested after a first factor': `${server.deps.issuer}/face#requested.acme.${sign('yes', 'page')}`,
        'requested without a first factor': `${server.deps.issuer}/face#requested.acme.${sign('no', 'page')}`,
        'requested by a program': await ask('/step-ups/requested', { connection: 'acme', request: sign('no', 'call') }),
      };
    };
    const show = async (url: string, face: string, userAgent = computer): Promise<boolean> => {
      const { body } = await openLink(server, url, {}, { 'user-agent': userAgent });
      const page = openPage(server, String(body.session));
      await page.consent();
      return typeof (await page.check(draw(face))).body.receipt === 'string';
    };
    const sendPhotos = async (subject: string, face: string): Promise<boolean> => {
      const { id, challenge } = (await server.postJson('/step-ups', { ...ofBackend, subject }, auth)).body;
      const form = toForm({ challenge: String(challenge), photo: [draw(face)('still')] });
      return typeof (await server.postForm(`/step-ups/${id}/photos`, form, auth)).body.receipt === 'string';
    };
    for (const userAgent of userAgents)
      for (const [how, url] of Object.entries(await toUrls('00u1')))
        tally.note(`${toName(rule)}: ${how}, ${userAgent}`, await show(url, 'ada', userAgent));
    tally.note(`${toName(rule)}: photos`, await sendPhotos('00u1', 'ada'));
    if (rule.when.groups === undefined) return;
    tally.control(toName(rule), await show((await toUrls('00u2'))['step-up'], 'eve'));
    tally.control(toName(rule), await sendPhotos('00u2', 'eve'));
  } finally {
    await server.stop();
  }
}

/** Withholds each fact in each way. */
export async function withholdFacts(size: Size, tally: Tally): Promise<void> {
  const userAgents = size === 'full' ? [computer, phone, ''] : [phone];
  for (const rule of rules) {
    await attackClients(rule, userAgents, tally);
    // Photos of a backend state neither browser nor address, so the rule has to refuse what it does not know.
    await attackReceipts({ ...rule, whenUnknown: 'deny' }, userAgents, tally);
  }
}
