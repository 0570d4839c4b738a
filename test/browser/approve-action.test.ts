import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect } from '@jest/globals';
import { findFreePort } from '../../examples/demo/free-port.js';
import { hasChromium } from '../../support/browser/chromium.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { goAlong, insist, press } from '../../support/browser/walk.js';
import { projectRoot } from '../../support/run/paths.js';
import { castOf } from './cast-of.js';

/* Someone approves what a stranger's application asks: the program of docs/approve-an-action.md, with openid-client alone. */

const port = hasChromium ? await findFreePort() : 0;
const secret = 'a-secret-of-the-bank-0123456789-abcdef';
const cast = castOf({ bank: { organisation: 'Example Bank' } }, [
  { kind: 'relying_party', id: 'bank', secret, redirectUris: [`http://localhost:${port}/callback`], actions: true },
]);
const page = readFileSync(join(projectRoot, 'docs/approve-an-action.md'), 'utf8');
const [, program = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

/** The program as a stranger runs it, in a folder where openid-client is installed. @returns the address that it prints */
async function run(person: string): Promise<string> {
  const folder = await mkdtemp(join(projectRoot, 'dist', 'approve-'));
  await writeFile(join(folder, 'approve.mjs'), program);
  const child: ChildProcess = spawn(process.execPath, [join(folder, 'approve.mjs')], {
    env: {
      PATH: process.env.PATH ?? '',
      ISSUER: `${cast().stage.url}/oidc/bank`,
      CLIENT_ID: 'bank',
      CLIENT_SECRET: secret,
      PERSON: person,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closing.push(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true });
  });
  const [line] = await once(createInterface({ input: child.stdout! }), 'line');
  return String(line);
}

inBrowser('the program of docs/approve-an-action.md gets the user’s approval or access_denied', async () => {
  const subject = await cast().enrolAda('bank');
  const home = await run(subject);
  const { page: seen, complaints, close } = await cast().openVisitor('ada', { isGuided: false });

  await seen.goto(home);
  await goAlong(seen, { upTo: 'action' });
  const shown = seen.locator('main section.action');
  expect(await shown.locator('bdi').allTextContents()).toEqual([
    'Pay the invoice of November',
    'From: Household account',
    'On 27 November 2026',
    '1249.50 EUR',
    'Harbour Clinic GmbH',
  ]);
  expect(await shown.isVisible()).toBe(true);
  expect(await seen.locator('video').count()).toBe(0);
  expect(['passed', '']).toContain(await insist(seen));
  await seen.getByText(`Approved by ${subject}: Pay the invoice of November`).waitFor();

  // The same again, and this time they do not approve.
  await seen.goto(home);
  await goAlong(seen, { upTo: 'action' });
  await press(seen, 'Don’t approve');
  await seen.getByText('Not approved: access_denied').waitFor();
  expect(complaints.filter((line) => line.startsWith('policy:'))).toEqual([]);
  await close();
});
