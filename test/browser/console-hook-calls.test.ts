import { findHook } from '../../simulators/onelogin/account.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { createFolder } from '../../support/run/folder.js';
import { addEventHook, attachHook } from '../../support/servers/okta-hooks.js';
import { startOperatedServer } from '../../support/servers/operated-server.js';
import { useOperatedConsole } from './operated-console.js';

/* Enforce mode refuses no one if the provider calls no hook, so the console shows the hooks that it calls. */

const { company, operated, visit } = useOperatedConsole((running) =>
  startOperatedServer(running, {
    dataFolder: createFolder('console-hook-calls'),
    mode: 'enforce',
    given: { issuer: 'http://localhost' },
  }),
);

const enforced = 'This connection refuses users who have not passed.';
const unknown = /It is not known who is refused/;

inBrowser('the console does not report enforce mode if Okta calls no hook', async () => {
  const { okta } = company();
  const { server } = operated();
  const page = await visit();
  await page.getByRole('navigation').first().getByRole('link', { name: 'Connections' }).click();
  await page.getByRole('link', { name: 'okta', exact: true }).click();
  await page.getByRole('link', { name: 'Rollout' }).click();
  await page.getByText('Enforce; hooks not called: token', { exact: true }).waitFor();
  await page.getByText('The provider does not call the hook token, so it refuses no one.').waitFor();
  await page.getByText(/does not call the hook events, so enrolments of deactivated users stay valid/).waitFor();
  await page.getByText(enforced).waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Users whose last sign-in was refused' }).waitFor();
  await page.getByText(unknown).waitFor({ state: 'detached' });

  const secret = 'Bearer a-secret-of-the-tests-0123456789';
  const channel = { type: 'HTTP', header: 'authorization', secret } as const;
  const uri = `${server.origin}/hooks/okta`;
  await attachHook(okta, { kind: 'token', uri: `${uri}/token`, channel });
  const events = ['user.lifecycle.deactivate', 'user.lifecycle.suspend', 'user.lifecycle.delete.initiated'];
  await addEventHook(okta, { uri: `${uri}/events`, secret, events });
  for (const hook of okta.org.eventHooks.values()) hook.verificationStatus = 'VERIFIED';
  server.clock.advanceSec(60);
  await page.reload();
  await page.getByText(enforced).waitFor();
  await page.getByText(unknown).waitFor();
  await page.getByText('The provider calls the hook token.').waitFor();
  await page.getByText('rule "Default rule" of "Default Policy"').waitFor();
});

inBrowser('the console does not report enforce mode if OneLogin calls the hook only for a pilot role', async () => {
  await operated().post('/connections/onelogin/apply', { isSure: true });
  await operated().ended('onelogin');
  const hook = findHook(company().onelogin.account, 'pre-authentication')!;
  hook.settings = { ...hook.settings, conditions: [{ source: 'roles', operator: '~', value: '17' }] };
  const page = await visit('/connections/onelogin/rollout');
  await page.getByText('Enforce; hooks called only in part: pre-authentication').waitFor();
  await page.getByText('The provider calls the hook pre-authentication only in part.').waitFor();
  await page.getByText('only for members of the role 17').waitFor();
  await page.getByText(enforced).waitFor({ state: 'detached' });
});
