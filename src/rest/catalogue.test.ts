import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type ApiServer, adminKey, startApiServer } from '../../test/api-server.js';
import { findBarriers, fitsWidth } from '../../test/browser/accessibility.js';
import { hasChromium, launchChromium } from '../../test/browser/chromium.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier, drawPicture } from '../../test/embedded.js';
import { createFolder } from '../../test/folder.js';
import { projectRoot } from '../../test/paths.js';
import { createMemoryProfile } from '../../test/simulated-profile.js';
import { type FaceErrorCode, faceErrorCodes, isOneOf } from '../errors.js';
import { createEndpoints } from '../server/endpoints.js';
import { catalogueStyle } from './catalogue-style.js';
import { exampleFields, toCurlExample } from './curl-example.js';
import type { Endpoint } from './endpoint.js';
import { codesOf, documentedPath } from './openapi.js';

const folder = createFolder('catalogue');
let server: ApiServer;
let endpoints: Endpoint[];
let page: string;

beforeAll(async () => {
  const profile = createMemoryProfile(['00u1ab2cd3']);
  const acme = { id: 'acme', kind: 'okta', policy: defaultPolicy, profile, openStepUpRequest: null };
  server = await startApiServer({ verifier: createTestVerifier(), connections: new Map([['acme', acme]]) });
  endpoints = createEndpoints(server.deps);
  page = await (await fetch(`${server.origin}/catalogue`)).text();
});
afterAll(async () => {
  await server.stop();
});

test('shows every endpoint once, what it needs, and every refusal', () => {
  const shown = [...page.matchAll(/<span class="method \w+">(\w+)<\/span> <code>([^<]+)<\/code>/g)].map(
    ([, method, path]) => `${method} ${path}`,
  );
  expect(shown.sort()).toEqual(endpoints.map((each) => `${each.method} ${documentedPath(each)}`).sort());
  const rows = [...page.matchAll(/<div id="(\w+)">/g)].map(([, code]) => code);
  expect(rows).toEqual([...faceErrorCodes]);
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${target}"`);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(page).toContain('the right <code>configure</code> (owner)');
  expect(page).toContain('a client token with the scope <code>enrol</code>');
});

test('runs no script, takes nothing from elsewhere, and has the colours of the capture page', async () => {
  const { headers } = await fetch(`${server.origin}/catalogue`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none';style-src 'sha256-[^']+';/);
  expect(policy).not.toMatch(/script|unsafe|https?:/);
  expect(page).not.toMatch(/<script|\son\w+=|\sstyle=/);
  const ofPage = readFileSync(join(projectRoot, 'web/shared/look.css'), 'utf8');
  const colours = [...String(catalogueStyle).matchAll(/--[\w-]+: #[0-9a-f]{6};/g)].map(([line]) => line);
  expect(colours.length).toBeGreaterThan(15);
  expect(colours.filter((line) => !ofPage.includes(line))).toEqual([]);
});

describe('each example', () => {
  test('has a value for every field it shows', () => {
    const missing = endpoints.flatMap((endpoint) =>
      Object.entries(exampleFields(endpoint)).flatMap(([name, value]) =>
        value === '' ? [`${endpoint.path}: ${name}`] : [],
      ),
    );
    expect(missing).toEqual([]);
  });

  test('pasted into a shell is understood, and does what it says where nothing else is missing', async () => {
    const { token } = await server.issue();
    for (const name of ['photo', 'photo1', 'photo2', 'photo3', 'photo4', 'photo5', 'probe', 'reference', 'document'])
      writeFileSync(join(folder, `${name}.jpg`), drawPicture('ada', 1));
    const stored = await server.send('POST', '/generate', {
      headers: { 'x-auth-token': token, 'content-type': 'application/json' },
      body: JSON.stringify({ photo: Buffer.from(drawPicture('ada', 1)).toString('base64') }),
    });
    writeFileSync(join(folder, 'roster.txt'), String(stored.body.token));
    const env = {
      PATH: process.env.PATH,
      FACESTEP: server.origin,
      FACENITION_TOKEN: token,
      FACESTEP_ADMIN_KEY: adminKey,
      STORED_TOKEN: String(stored.body.token),
      ...Object.fromEntries(
        [
          'SESSION',
          'TICKET',
          'REQUEST',
          'RECEIPT',
          'CHALLENGE',
          'KIOSK',
          'SECRET',
          'NONCE',
          'ID',
          'CONSOLE_TOKEN',
          'CONSOLE_COOKIE',
        ].map((name) => [name, 'a1b2']),
      ),
      DIGEST: 'a'.repeat(43),
    };
    // What changes the server as a whole is not run: its fields are held against their guard.
    const run = endpoints.filter(({ tag }) => tag !== 'Operations');
    const lines = run.map((endpoint) => `${toCurlExample(endpoint).replace(/^curl/, 'curl -sS')}; echo`);
    const { stdout } = await promisify(execFile)('bash', ['-euc', lines.join('\n')], { cwd: folder, env });
    const answers = stdout.trim().split('\n');
    expect(answers).toHaveLength(run.length);
    const misunderstood = run.flatMap((endpoint, index) => {
      const { ok, code = '' } = JSON.parse(answers[index]!) as { ok: boolean; code?: FaceErrorCode };
      const isKnown = ok || (code !== '' && isOneOf(codesOf(endpoint), code) && isOneOf(missingHere, code));
      return isKnown ? [] : [`${endpoint.path}: ${code}`];
    });
    expect(misunderstood).toEqual([]);
    expect(answers.filter((answer) => answer.startsWith('{"ok":true')).length).toBeGreaterThan(20);
  });

  test('fits the fields of its endpoint', () => {
    const variables: Readonly<Record<string, string>> = { $DIGEST: 'a'.repeat(43) };
    const wrong = endpoints.flatMap((endpoint) => {
      const fields = Object.entries(exampleFields(endpoint)).map(([name, value]) => [
        name,
        variables[String(value)] ?? value,
      ]);
      return endpoint.fieldsGuard.safeParse(Object.fromEntries(fields)).success ? [] : [endpoint.path];
    });
    expect(wrong).toEqual([]);
  });
});

/** What an example cannot have here: a session, a link, an id that an earlier call gave, a verified contact. */
const missingHere = [
  'caller_untrusted',
  'step_up_unknown',
  'not_found',
  'contact_unverified',
  'code_wrong',
  'connection_unknown',
  'token_revoked',
  'receipt_invalid',
] as const;

const inBrowser = hasChromium ? describe : describe.skip;
inBrowser('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ camera: 'none' });
  });
  afterAll(() => browser.close());

  test.each([
    ['a desktop', 1280, 'light'],
    ['a phone', 360, 'dark'],
  ] as const)('on %s: styled, within its width, and without barriers', async (_, width, colorScheme) => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on('console', (message) => complaints.push(message.text()));
    await tab.goto(`${server.origin}/catalogue`);
    expect(await tab.locator('article').count()).toBe(endpoints.length);
    await tab.locator('article').first().locator('summary').first().click();
    expect(await tab.locator('article').first().locator('dl').isVisible()).toBe(true);
    await tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
    expect(await fitsWidth(tab)).toBe(true);
    const ground = colorScheme === 'light' ? 'rgb(238, 241, 244)' : 'rgb(16, 22, 28)';
    expect(await tab.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(ground);
    expect(complaints).toEqual([]);
    // They are all alike: the first of each group will do.
    await tab.evaluate("document.querySelectorAll('article ~ article').forEach((each) => each.remove())");
    expect(await findBarriers(tab)).toEqual([]);
    await context.close();
  });
});
