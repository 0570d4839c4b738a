import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { runCli } from '../../examples/demo/run-command.js';
import { startEntraSimulation } from '../../simulators/entra/simulation.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { toBytes } from '../../support/browser/cast.js';
import { hasChromium, launchChromium } from '../../support/browser/chromium.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { seatAda } from '../../support/browser/people.js';
import { type ServerUnderTest, startServerUnderTest } from '../../support/browser/server.js';
import { type Person, receive } from '../../support/browser/visitor.js';
import { goAlong, insist, press, see } from '../../support/browser/walk.js';
import { oktaClients } from '../../support/data/okta-clients.js';
import { createFactorSignIn } from '../../support/servers/okta-factor-sign-in.js';
import { createIdentityVerification } from '../../support/servers/okta-identity-verification.js';
import { createProcessDeps } from '../contract/bench.js';

/* A provider's flow to its end, in a browser: the provider's page, ours, and the provider's again. Other providers: test/oidc. */

const secret = randomBytes(32).toString('base64url');
const password = 'correct horse';
const name = 'ada@example.com';
/** The page's light has suites of its own: here no one answers it. */
const unlit = { mode: 'shadow', liveness: 'movement' } as const;

let browser: Browser;
let server: ServerUnderTest;
let ada: Person;
/** Where a browser begins at each provider. */
let starts: Readonly<Record<'entra' | 'oktaFactor' | 'oktaIdv', string>>;
const closing: (() => Promise<void>)[] = [];

if (hasChromium) {
  beforeAll(async () => {
    ada = await seatAda();
    const port = await findFreePort();
    const url = `http://localhost:${port}`;
    const entra = await startEntraSimulation({ port: 0, connection: 'entra', serverUrl: url });

    const okta = await startOktaSimulator({ pages: [createFactorSignIn, createIdentityVerification] });
    const oktaSettings = {
      id: 'okta',
      kind: 'okta',
      policy: { mode: 'shadow' },
      oidc: {
        clients: oktaClients(okta.url, secret),
      },
      okta: okta.toSettings(`Bearer ${secret}`),
    };
    const oktaUser = await okta.createUser({ login: name, password });

    server = await startServerUnderTest({
      port,
      environment: entra.environment,
      connections: [
        { id: 'entra', kind: 'entra', policy: unlit, oidc: entra.oidc ?? null, entra: entra.settings },
        { ...oktaSettings, policy: unlit },
      ],
    });
    closing.push(() => server.close(), entra.close, okta.close);

    const { code, stdout, stderr } = await runCli(['provision', 'entra', '--apply', '--yes'], server.environment);
    if (code !== 0) throw new Error(stdout + stderr);
    const forOkta = {
      settings: createOktaConnectionGuard([]).parse(oktaSettings),
      publicUrl: url,
      ...createProcessDeps(),
    };
    for (const step of createOktaProvisioning(forOkta).steps) {
      const { state } = await step.inspect();
      if (step.title.startsWith('IdP Usage')) {
        // What only the console does.
        const idp = [...okta.org.identityProviders.values()].find(({ type }) => type === 'OIDC');
        okta.setIdpUsage(idp!.id, 'FACTOR_ONLY');
      } else if (state === 'missing' || state === 'different') await step.apply();
    }
    const photo = [toBytes(ada.poses.centre[0])];
    await server.enrol('entra', entra.users[0]!.subject, photo);
    await server.enrol('okta', oktaUser, photo);
    starts = {
      entra: entra.signInPage ?? '',
      oktaFactor: `${okta.url}/signin/factor/start?user=${name}`,
      oktaIdv: `${okta.url}/identity-verification/start?user=${name}`,
    };
    browser = await launchChromium({ camera: 'pattern' });
  });
  afterAll(async () => {
    await browser.close();
    for (const close of closing) await close();
  });
}

/** Ada, who says her name where she is asked for it, and does what our page asks. @returns what the provider's page tells */
async function signIn(page: Page, start: string): Promise<string | null> {
  await page.goto(start);
  const field = page.locator('input[name="username"]');
  await field.or(page.locator('main[data-screen]')).first().waitFor();
  if (await field.isVisible()) {
    await field.fill(name);
    await page.locator('button[type="submit"], button:not([type])').first().click();
  }
  await page.locator('main[data-screen]').waitFor();
  expect(['passed', '']).toContain(await insist(page));
  const end = page.locator('[data-result]');
  await end.waitFor();
  return end.getAttribute('data-result');
}

for (const [title, key, result] of [
  ['Entra External MFA', 'entra', 'passed'],
  ['Okta, a factor', 'oktaFactor', 'signed-in'],
  ['Okta, an identity verification', 'oktaIdv', 'signed-in'],
] as const) {
  inBrowser(`${title}: the browser goes to the face check and back, and the check passes`, async () => {
    // The simulated Entra tenant has a certificate of this run.
    const { page, complaints, close } = await receive(browser, {
      person: ada,
      isGuided: false,
      ignoreHTTPSErrors: true,
    });
    expect(await signIn(page, starts[key])).toBe(result);
    expect(complaints.filter((line) => line.startsWith('policy:'))).toEqual([]);
    await close();
  });
}

inBrowser('a capture link from a provider’s redirect does not open in another browser', async () => {
  const own = await receive(browser, { person: ada, isGuided: false });
  await own.context.route('**/face/open', (route) => route.abort());
  await own.page.goto(starts.oktaFactor);
  await own.page.locator('input[name="username"]').fill(name);
  await own.page.getByRole('button').first().click();
  await see(own.page, 'offline');
  const other = await receive(browser, { person: ada });
  await other.page.goto(own.page.url());
  expect(await goAlong(other.page)).toBe('link-over');
  await other.close();
  // Nothing was spent by that: the one it is for goes on.
  await own.context.unrouteAll();
  await press(own.page, 'Try again');
  await see(own.page, 'consent');
  await own.close();
});
