import { afterEach, beforeEach } from '@jest/globals';
import type { Setup } from '../../src/connections/setup.js';
import { hasChromium } from '../../support/browser/chromium.js';
import { inBrowser, useBrowser } from '../../support/browser/page-suite.js';
import { emptySetup } from '../../support/fakes/upkeep.js';
import { createFolder } from '../../support/run/folder.js';
import { adminKey, startApiServer } from '../../support/servers/api-server.js';
import { type CognitoDeployment, startCognitoDeployment } from '../../support/servers/cognito-deployment.js';
import { type ConsoleVisitor, visitConsole } from './console-visitor.js';

/* The functions of a Cognito user pool decide sign-ins, so the console shows their mode too. */

const browser = useBrowser('none');
let deployment: CognitoDeployment;
let setup: Setup;
let server: Awaited<ReturnType<typeof startApiServer>>;
let visitor: ConsoleVisitor;
if (hasChromium) {
  beforeEach(async () => {
    deployment = await startCognitoDeployment();
    setup = emptySetup();
    server = await startApiServer({
      issuer: 'http://localhost',
      setup: () => setup,
    });
  });
  afterEach(() => visitor.close());
}

/** Opens the rollout page of the connection. */
async function openRollout(mode: 'shadow' | 'enforce') {
  setup = await deployment.configure(mode, createFolder('console-mode'), server);
  visitor = await visitConsole(browser(), `http://localhost:${server.port}`, { key: adminKey });
  const { page } = visitor;
  await page.getByRole('navigation').first().getByRole('link', { name: 'Connections' }).click();
  await page.getByRole('link', { name: 'customers' }).click();
  await page.getByRole('link', { name: 'Rollout' }).click();
  return page;
}

const enforced = 'This connection refuses users who have not passed.';

inBrowser('the console does not report enforce mode if the functions allow every sign-in', async () => {
  deployment.deploy('shadow');
  const page = await openRollout('enforce');
  await page.getByText('Enforce; in the functions: Shadow').last().waitFor();
  await page.getByText('Sign-ins follow the mode there').waitFor();
  await page.getByText(enforced).waitFor({ state: 'detached' });
  deployment.deploy('enforce');
  server.clock.advanceSec(60);
  await page.reload();
  await page.getByText(enforced).waitFor();
  await page.getByText('Enforce; in the functions: Enforce').last().waitFor();
  deployment.simulator.lambda.isReadable = false;
  server.clock.advanceSec(60);
  await page.reload();
  await page.getByText('Enforce; in the functions: Not known').last().waitFor();
  await page.getByText('lambda:GetFunctionConfiguration').waitFor();
});

inBrowser(
  'the console reports that the functions sign users in without a password, which is not configured',
  async () => {
    deployment.deploy('enforce', { FACESTEP_PASSWORDLESS: 'true' });
    const page = await openRollout('enforce');
    await page.getByText('Sign-ins without a password are accepted').waitFor();
    await page.getByText('This differs from the configuration.').waitFor();
    await page.getByText(enforced).waitFor({ state: 'detached' });
    deployment.deploy('enforce');
    server.clock.advanceSec(60);
    await page.reload();
    await page.getByText(enforced).waitFor();
    await page.getByText('Sign-ins without a password are').waitFor({ state: 'detached' });
  },
);

inBrowser('the console counts no users who would be refused if this server sees no decision', async () => {
  deployment.deploy('shadow');
  const page = await openRollout('shadow');
  await page.getByText('It is not known who would be refused.').waitFor();
  await page.getByText('No one in the last 30 days.').waitFor({ state: 'detached' });
  await page.getByText('Users who would be refused now').waitFor({ state: 'detached' });
});
