import { hkdfSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { JsonObject } from '../../src/core/base/json.js';
import type { UserSecret } from '../../src/core/secrets.js';
import { parsePasskeyAnswer } from '../../src/enrolment/webauthn/answer.js';
import { createPasskeys } from '../../src/enrolment/webauthn/passkeys.js';
import { prfSaltOf, startCeremony, takeNewPasskey, takePasskey } from '../../src/step-up/user-secret.js';
import { createTestCore } from '../../support/benches/core.js';
import { checkDrawn, enrolDrawn } from '../../support/benches/drawn-face.js';
import { projectRoot } from '../../support/run/paths.js';
import { patienceMs } from '../../support/run/patience.js';

/** The kinds of authenticator Chromium can play. CTAP 2.1 security keys give no PRF output where a credential is made. */
const kinds = {
  'a phone or laptop': { transport: 'internal', defaultBackupEligibility: false, hasPrf: true },
  'a synchronized credential': { transport: 'internal', defaultBackupEligibility: true, hasPrf: true },
  'a security key': { transport: 'usb', defaultBackupEligibility: false, hasPrf: false, hasHmacSecret: true },
} as const;

let browser: Browser;
let server: Server;
let origin: string;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(projectRoot, 'web/capture/passkey.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'chrome111',
  });
  const module = outputFiles[0]!.contents;
  server = createServer((request, response) => {
    const isModule = request.url === '/passkey.js';
    response.setHeader('content-type', isModule ? 'text/javascript' : 'text/html');
    response.end(isModule ? module : '<!doctype html><title>Passkey</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `http://localhost:${address.port}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser.close();
  server.close();
});

/** A browser of its own with one authenticator, and the page's module in it. */
async function openBrowser(given: JsonObject = kinds['a phone or laptop']) {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(patienceMs);
  await page.goto(origin);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: true,
      ...given,
    },
  });
  return page;
}

/** What `usePasskey` gives in that browser: the text, or the reason it gives none. */
const run = (page: Page, ceremony: 'create' | 'get', options: JsonObject) =>
  page.evaluate(
    async ({ ceremony, optionsText }) => {
      const path = '/passkey.js';
      const { usePasskey } = await import(path);
      return usePasskey(ceremony, JSON.parse(optionsText)).then(
        (text: string) => ({ text }),
        ({ problem }: { problem: string }) => ({ problem }),
      );
    },
    { ceremony, optionsText: JSON.stringify(options) },
  );

const anna = { connection: 'work', subject: 'anna' };
const bytesOf = (secret: UserSecret) => secret.use((text) => Buffer.from(text, 'base64url'));

/** A server whose pages are at the test's origin. */
async function setUp() {
  const core = await createTestCore();
  const { connection } = core;
  const deps = { ...core.deps, passkeys: createPasskeys({ publicUrl: origin }) };
  const begin = (ceremony: 'create' | 'get') =>
    startCeremony({ ...anna, stepUpId: 'step-up', ceremony, organisation: 'Acme', derivesSecret: true }, deps);
  const enrol = async (page: Page) => {
    const answer = parsePasskeyAnswer((await run(page, 'create', await begin('create'))).text);
    const { secret, passkey } = await takeNewPasskey({ stepUpId: 'step-up', answer, derivesSecret: true }, deps);
    await enrolDrawn({ connection, subject: 'anna', secret: secret.value, passkey }, deps);
    return { answer, method: secret.method, secretText: secret.value!.use((text) => text) };
  };
  const take = async (text: string) => {
    const answer = parsePasskeyAnswer(text).assertion!;
    return takePasskey({ ...anna, stepUpId: 'step-up', answer }, deps);
  };
  const opens = async (secret: UserSecret) => {
    const { verdict } = await checkDrawn({ connection, subject: 'anna', secret }, deps);
    return verdict.matched;
  };
  return { begin, enrol, take, opens };
}

describe.each(Object.entries(kinds))('a passkey of %s', (_, kind) => {
  test('returns the same secret when created and when used, and the secret opens the token', async () => {
    const { begin, enrol, take, opens } = await setUp();
    const page = await openBrowser(kind);
    const { method, secretText, answer } = await enrol(page);
    expect(answer.creation?.prf === null).toBe(kind.transport === 'usb');
    expect(method).toBe(kind.defaultBackupEligibility ? 'swk' : 'hwk');
    // A credential of an earlier version opens its token with the PRF output itself.
    const earlier = await take((await run(page, 'get', { ...(await begin('get')), hardened: false })).text);
    const hardened = hkdfSync('sha256', bytesOf(earlier.value), prfSaltOf(anna), 'facestep/passkey/secret', 32);
    expect(Buffer.from(hardened).toString('base64url')).toBe(secretText);
    for (let day = 0; day < 2; day += 1) {
      const presented = await take((await run(page, 'get', await begin('get'))).text);
      expect(presented.value.use((text) => text)).toBe(secretText);
      expect(presented.method).toBe(method);
      expect(await opens(presented.value)).toBe(true);
    }
  });
});

describe('the page reports a passkey problem', () => {
  test('if the authenticator has no PRF', async () => {
    const { begin } = await setUp();
    const page = await openBrowser({ hasPrf: false });
    expect(await run(page, 'create', await begin('create'))).toEqual({ problem: 'passkey-no-prf' });
  });

  test('if the browser has no WebAuthn', async () => {
    const { begin } = await setUp();
    const page = await openBrowser();
    await page.evaluate(() => Reflect.deleteProperty(globalThis, 'PublicKeyCredential'));
    expect(await run(page, 'get', await begin('get'))).toEqual({ problem: 'passkey-unsupported' });
  });
});
