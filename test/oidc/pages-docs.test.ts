import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inflateSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import * as jose from 'jose';
import * as client from 'openid-client';
import { z } from 'zod';
import { createScimConnectionGuard } from '../../adapters/scim/config.js';
import { createScimAdapter } from '../../adapters/scim/index.js';
import { type DefinedAttribute, defineAttribute } from '../../simulators/scim/directory.js';
import { startScimSimulator } from '../../simulators/scim/index.js';
import type { Fetch } from '../../src/core/ports.js';
import { connectionAdditions } from '../../src/extensions/index.js';
import { defaultPolicy } from '../../support/benches/core.js';
import { clientSecret, startIssuer } from '../../support/benches/issuer.js';
import { blocksOf, readPage } from '../../support/benches/page.js';
import { createMemoryProfile, loginOf } from '../../support/fakes/simulated-profile.js';
import { numbersOn, openPhone } from './counter-bench.js';
import { visitCredentials } from './credential-visits.js';
import { configurationOf, type Others, withOthers } from './documented.js';
import { startProviderBench } from './provider-bench.js';
import { agreeTo, link } from './several-sources-bench.js';
import { createWallet } from './wallet.js';

/*
 * What the pages about OpenID Connect say, done to the letter: their configurations, and their programs with openid-client
 * and jose, over sockets. Addresses and secrets alone are others.
 */

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Runs a page's program. @returns what it exports */
async function runProgram<Program>(
  page: string,
  exported: readonly (keyof Program & string)[],
  modules: Readonly<Record<string, unknown>>,
  { environment = {}, addresses = {} }: { environment?: Others; addresses?: Others } = {},
): Promise<Program> {
  const code = withOthers(blocksOf(page, 'js')[0] ?? '', addresses)
    .replace(/^import .*$/gm, '')
    .replace(/^export /gm, '');
  const body = `return (async () => { ${code}\nreturn { ${exported.join(', ')} }; })();`;
  return new Function(...Object.keys(modules), 'process', body)(...Object.values(modules), { env: environment });
}

/** The libraries of the programs, whose requests go to the test server in place of the page's address. */
const librariesOver = (send: Fetch) => ({
  client: {
    ...client,
    discovery: (...[server, id, metadata, auth]: Parameters<typeof client.discovery>) =>
      client.discovery(server, id, metadata, auth, {
        [client.customFetch]: (url, init) => send(url, { ...init, body: init.body ?? null }),
      }),
  },
  jose: {
    ...jose,
    createRemoteJWKSet: (url: URL) =>
      jose.createRemoteJWKSet(url, { [jose.customFetch]: (address, init) => send(address, init) }),
  },
});

async function start(settings: Parameters<typeof startIssuer>[0]) {
  const op = await startIssuer(settings);
  closing.push(() => op.stop());
  op.profile.details.set('anna', { name: 'Anna Example', given_name: 'Anna', family_name: 'Example' });
  await op.enrol('anna');
  return op;
}

/** Starts the service as a page configures it, with a SCIM server where `ada` is enrolled. */
async function startWithScim(
  page: string,
  callback: string,
  secrets: Others,
  extensions: readonly (readonly [schema: string, attribute: DefinedAttribute, value: string])[] = [],
) {
  const party = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(party, 'listening');
  closing.push(() => party.close());
  const addresses = { [callback]: `http://127.0.0.1:${(party.address() as AddressInfo).port}/callback` };
  const scim = await startScimSimulator();
  closing.push(() => scim.close());
  const tokenSchema = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';
  scim.directory.extensions.set(tokenSchema, [defineAttribute('token')]);
  for (const [schema, attribute] of extensions) scim.directory.extensions.set(schema, [attribute]);
  const { written } = configurationOf(
    page,
    { ...secrets, SCIM_TOKEN: scim.bearer },
    { ...addresses, 'https://sso.example.com/scim/v2': scim.baseUrl },
  );
  const bench = await startProviderBench({
    settings: createScimConnectionGuard(connectionAdditions).parse(written.connections[0]),
    createAdapter: createScimAdapter,
  });
  closing.push(() => bench.stop());
  const ada = scim.addUser('ada@example.com');
  const user = scim.directory.users.get(ada)!;
  Object.assign(user.details, { name: { givenName: 'Ada', familyName: 'Lovelace' } });
  for (const [schema, { name }, value] of extensions) user.extensions.set(schema, new Map([[name, value]]));
  await bench.enrol(ada, 'ada');
  return {
    scim,
    ada,
    addresses,
    libraries: librariesOver(bench.send),
    /** From the address to which the program leads to the page after the face check. */
    async toPage(url: URL) {
      const browser = bench.openBrowser();
      const camera = await browser.say(await browser.walk(url.href), 'ada@example.com');
      return { browser, shown: await browser.show(camera.url, 'ada') };
    },
  };
}

interface Program<Result = object> {
  begin(): Promise<{ started: object; url: URL }>;
  finish(address: string, started: object): Promise<Result>;
}

test('docs/consented-data.md: the configuration and program return the consented claims', async () => {
  const page = readPage('docs/consented-data.md');
  const environment = { LIBRARY_SECRET: 'a-secret-of-the-library-0123456789abcdef' };
  const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const { ada, addresses, libraries, toPage } = await startWithScim(
    page,
    'https://library.example.com/callback',
    environment,
    [[enterprise, defineAttribute('employeeNumber'), 'E-17']],
  );
  const program = await runProgram<Program>(page, ['begin', 'finish'], libraries, { environment, addresses });
  const { started, url } = await program.begin();
  const { browser, shown: consent } = await toPage(url);
  for (const text of ['City Library', 'Your name is printed on the card', 'Staff number', 'E-17', 'Lovelace'])
    expect(consent.text).toContain(text);
  const shown = /name="shown" value="([^"]*)"/.exec(consent.text)?.[1] ?? '';
  const body = new URLSearchParams({ shown, claim: 'employee_number', decision: 'agree' });
  const back = await browser.walk(consent.url, { method: 'POST', body });
  const told = { sub: ada, given_name: 'Ada', family_name: 'Lovelace', employee_number: 'E-17' };
  expect(await program.finish(back.url, started)).toMatchObject(told);
  // The next time only the face is asked for.
  const again = await program.begin();
  const known = await program.finish((await toPage(again.url)).shown.url, again.started);
  expect(known).toMatchObject(told);
  expect(known).not.toHaveProperty('email');
});

test('docs/organisations.md: the program signs a user in for an organization until the role ends', async () => {
  type SignedIn = { readonly person: Readonly<Record<string, unknown>>; readonly accessToken: string };
  type Office = Program<SignedIn> & { may(role: string, signedIn: SignedIn): Promise<boolean> };
  const page = readPage('docs/organisations.md');
  const environment = { TAX_SECRET: 'a-secret-of-the-office-0123456789abcdef' };
  const callback = 'https://tax.example.com/callback';
  const { scim, ada, addresses, libraries, toPage } = await startWithScim(page, callback, environment);
  const joinOnly = (...names: readonly string[]): void => {
    scim.directory.groups.clear();
    for (const displayName of names) scim.directory.groups.set(displayName, { displayName, members: [ada] });
  };
  joinOnly('corp:T08GB0001A:filer', 'Bakery accounts');
  const program = await runProgram<Office>(page, ['begin', 'finish', 'may'], libraries, { environment, addresses });
  const { started, url } = await program.begin();
  const { browser, shown: asked } = await toPage(url);
  for (const text of ['Tax Office', 'Orchard Cycles', 'Harbour Bakery']) expect(asked.text).toContain(text);
  const body = new URLSearchParams({ decision: 'act', organisation: 'T08GB0001A' });
  const back = await browser.walk(asked.url, { method: 'POST', body });
  const signedIn = await program.finish(back.url, started);
  const shown = JSON.parse((blocksOf(page, 'json')[1] ?? '').replaceAll('2819c223-7f76-453a-919d-413861904646', ada));
  expect(signedIn.person).toMatchObject(shown);
  expect(await program.may('filer', signedIn)).toBe(true);
  joinOnly('corp:T08GB0001A:reader');
  expect(await program.may('filer', signedIn)).toBe(false);
  joinOnly('Bakery accounts');
  await expect(program.may('filer', signedIn)).rejects.toMatchObject({ status: 401 });
});

test('docs/in-person.md: the program gets the user who passed, if the counter or the phone shows the code', async () => {
  interface Desk {
    begin(shownCode?: string): Promise<client.DeviceAuthorizationResponse>;
    ask(check: object, number?: string): Promise<Record<string, unknown>>;
  }
  const page = readPage('docs/in-person.md');
  const environment = { DESK_SECRET: clientSecret };
  const [settings] = configurationOf(page, { ...environment, SCIM_TOKEN: 'a-token-of-the-directory' }).connections;
  const op = await start({ config: settings!.oidc! });
  const addresses = { 'https://face.example.com/oidc/people': op.issuer };
  const program = await runProgram<Desk>(page, ['begin', 'ask'], librariesOver(op.open), { environment, addresses });
  for (const showsItsOwn of [false, true]) {
    const phone = openPhone(op);
    const mine = showsItsOwn ? await phone.post(`${op.issuer}/counter`, { decision: 'show' }) : null;
    const [, shownCode] = /class="number" dir="ltr">(\d{4} \d{4})</.exec(mine?.text ?? '') ?? [];
    const check = await program.begin(shownCode);
    const opened = await phone.open(mine?.url ?? String(check.verification_uri_complete));
    const state = await program.ask(check);
    expect(state).toMatchObject({ state: 'opened', number: expect.any(String) });
    const asked = await phone.choose(opened, String(state.number));
    await phone.agree(await phone.showFace(asked, 'anna'));
    const { shown } = numbersOn(opened);
    expect(await program.ask(check)).toMatchObject({ state: 'checking' });
    expect(await program.ask(check, shown)).toMatchObject({ state: 'verified', person: { sub: 'anna' } });
  }
});

test('docs/credential.md: the program accepts a card from its own wallet and nonce, and no other', async () => {
  interface Door {
    checkCard(presentation: string, nonce: string): Promise<object>;
  }
  const page = readPage('docs/credential.md');
  const [settings] = configurationOf(page, { SCIM_TOKEN: 'a-token' }).connections;
  const op = await start({ config: settings!.oidc! });
  const { createRemoteJWKSet, importJWK, jwtVerify } = librariesOver(op.open).jose;
  const modules = {
    createHash,
    inflateSync,
    createRemoteJWKSet,
    importJWK,
    fetch: (url: string | URL) => op.open(String(url)),
    // The server’s clock is its own.
    jwtVerify: (jws: string, key: jose.JWTVerifyGetKey, options: jose.JWTVerifyOptions) =>
      jwtVerify(jws, key, {
        ...options,
        ...(options.maxTokenAge === undefined && { currentDate: new Date(op.server.clock.now()) }),
      }),
  };
  const addresses = { 'https://face.example.com/oidc/people': op.issuer };
  const { checkCard } = await runProgram<Door>(page, ['checkCard'], modules, { addresses });
  const wallet = await createWallet(op.open);
  const { link: offer, code } = await visitCredentials(op).getOffer(['given_name', 'family_name']);
  const credential = await wallet.take(offer, code);
  const asked = { audience: 'https://door.example.com', nonce: 'nonce-1' };
  const shown = await wallet.present(credential, ['given_name'], asked);
  expect(await checkCard(shown, 'nonce-1')).toEqual({
    given_name: 'Anna',
    evidence: [{ type: 'face', time: expect.any(String), presence: 'simulated' }],
  });
  await expect(checkCard(shown, 'nonce-2')).rejects.toThrow('not shown to us, or not now');
  const elsewhere = await wallet.present(credential, ['given_name'], { ...asked, audience: 'https://other' });
  await expect(checkCard(elsewhere, 'nonce-1')).rejects.toThrow('"aud"');
  const thief = await createWallet(op.open);
  const stolen = await thief.present(credential, ['given_name'], asked);
  await expect(checkCard(stolen, 'nonce-1')).rejects.toThrow('signature');
  // What another disclosure says is not what was proven, nor what was signed.
  const [jws = '', , proof = ''] = shown.split('~');
  const forged = Buffer.from(JSON.stringify(['salt', 'given_name', 'Berta'])).toString('base64url');
  await expect(checkCard([jws, forged, proof].join('~'), 'nonce-1')).rejects.toThrow('not shown to us, or not now');
});

test('docs/several-sources.md: the program gets claims of two sources and verifies the other source’s signature', async () => {
  const page = readPage('docs/several-sources.md');
  const environment = { BANK_SECRET: 'a-secret-of-the-bank-0123456789abcdef' };
  const secrets = { ...environment, SCIM_TOKEN: 'a-token-of-the-directory', PAYROLL_TOKEN: 'a-token-of-the-payroll' };
  const [work, other] = configurationOf(page, secrets).connections;
  const payroll = { ...createMemoryProfile(['a-17']), claimNames: new Set(['annual_income']) };
  payroll.details.set('a-17', { annual_income: 54_000 });
  const ofPayroll = { ...defaultPolicy, organisation: other!.policy.organisation };
  const op = await start({
    config: work!.oidc!,
    policy: { organisation: work!.policy.organisation },
    sources: [{ id: other!.id, kind: 'memory', profile: payroll, openStepUpRequest: null, policy: ofPayroll }],
  });
  await op.enrol('a-17', 'anna', 'payroll');
  const program = await runProgram<Program>(page, ['begin', 'finish'], librariesOver(op.open), { environment });
  const { started, url } = await program.begin();
  const browser = op.newBrowser();
  const asked = await browser.follow(url.href);
  const body = new URLSearchParams({ username: loginOf('anna') });
  const camera = await browser.follow(asked.url, { method: 'POST', body });
  const interactionUrl = String((await op.show(browser, camera.url, 'anna')).returnUrl);
  const shown = { browser, page: await browser.follow(interactionUrl), interactionUrl };
  for (const text of ['City Bank', 'Example Payroll: your account is not linked', 'To see how much we can lend you'])
    expect(shown.page.text).toContain(text);
  const linked = await link(op, shown, { source: 'payroll', subject: 'a-17' });
  for (const text of ['Income of a year', '54000', 'Anna Example', 'Example Company'])
    expect(linked.page.text).toContain(text);
  const back = await agreeTo(linked);
  const { told, signed } = z
    .object({ told: z.looseObject({ _claim_status: z.unknown() }), signed: z.unknown() })
    .parse(await program.finish(back.url, started));
  expect(told).toMatchObject({ sub: 'anna', name: 'Anna Example', annual_income: 54_000 });
  expect(signed).toEqual({ annual_income: 54_000 });
  // What the page says that UserInfo has.
  const documented = JSON.parse(blocksOf(page, 'json')[1] ?? '');
  expect(Object.keys(told).toSorted()).toEqual([...Object.keys(documented), 'presence', 'enrolment_proof'].toSorted());
  expect(told._claim_status).toEqual(documented._claim_status);
});
