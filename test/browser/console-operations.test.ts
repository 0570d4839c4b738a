import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { defaultPolicy } from '../../support/benches/core.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { fillLedger } from '../../support/data/ledgered.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { eventually } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { type Company, startOperatedServer } from '../../support/servers/operated-server.js';
import { addSigningKeys, fillOperations, useOperatedConsole } from './operated-console.js';

/* What an administrator does in a week, from Home to the end, at a server with an Okta org of its own. */

let clicks: number;
let dataFolder: string;
const { company, operated, visit } = useOperatedConsole(async (running) => {
  const profile = createMemoryProfile(['ada', 'ben']);
  const okta = { id: 'okta', kind: 'okta', profile, policy: defaultPolicy };
  const given = { issuer: 'http://localhost', connections: new Map([['okta', okta]]) };
  dataFolder = createFolder('console-operations');
  clicks = 0;
  const started = await startOperatedServer(running, { dataFolder, given });
  await fillOperations(started, dataFolder);
  return started;
});

async function click(wanted: Locator): Promise<void> {
  clicks += 1;
  await wanted.click();
}

/** From Home to the one connection. */
async function openOkta(page: Page): Promise<void> {
  await click(page.getByRole('navigation').first().getByRole('link', { name: 'Connections' }));
  await click(page.getByRole('link', { name: 'okta' }));
  await page.getByRole('heading', { name: 'okta', level: 1 }).waitFor();
}

const dialogueOf = (page: Page) => page.getByRole('alertdialog');
const hookOf = ({ okta }: Company) => [...okta.org.hooks.values()].find(({ name }) => name.includes('token'));

inBrowser('an administrator sees how many checks of which connection are done while they run', async () => {
  const page = await visit();
  await openOkta(page);
  const release = operated().hold();
  await click(page.getByRole('button', { name: 'Run checks' }));
  await page.getByText(/^okta: \d+ of \d+ checks done$/).waitFor();
  await page.getByRole('progressbar', { name: 'Health' }).waitFor();
  release();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  await page.getByText(/\d+ checks passed/).waitFor();
});

inBrowser('an administrator runs the doctor and fixes a finding in at most five clicks', async () => {
  const page = await visit();
  for (const hook of company().okta.org.hooks.values()) if (hook.name.includes('token')) hook.status = 'INACTIVE';
  await openOkta(page);
  await click(page.getByRole('button', { name: 'Run checks' }));
  await click(page.getByRole('button', { name: 'Fix: Inline hook: token' }));
  await click(dialogueOf(page).getByRole('button', { name: 'Fix' }));
  await page.getByText('All steps are done.').waitFor();
  await page.getByRole('button', { name: 'Fix: Inline hook: token' }).waitFor({ state: 'detached' });
  expect(clicks).toBeLessThanOrEqual(5);
  expect(hookOf(company())).toMatchObject({ status: 'ACTIVE' });
  expect(
    operated()
      .actions()
      .filter((action) => action === 'doctor_asked'),
  ).toHaveLength(2);
});

inBrowser('after a set-up, the page shows the mode and the health of now, without a reload', async () => {
  const page = await visit();
  for (const hook of company().okta.org.hooks.values()) if (hook.name.includes('token')) hook.status = 'INACTIVE';
  await openOkta(page);
  const summary = page.locator('.summary');
  await summary.getByText('hooks not called: token').waitFor();
  await summary.getByText('No recent check').waitFor();
  await page.getByRole('link', { name: 'Setup' }).click();
  // The console keeps a reading of the hooks for a minute, unless a set-up began after it.
  operated().server.clock.advanceSec(1);
  await page.getByRole('button', { name: 'Preview changes' }).click();
  await page.getByRole('button', { name: 'Set up' }).click();
  await dialogueOf(page).getByRole('button', { name: 'Set up' }).click();
  await summary.getByText('hooks not called').waitFor({ state: 'detached' });
  await summary.getByText('No recent check').waitFor({ state: 'detached' });
  // Shadow mode would have refused sign-ins, and none was accepted.
  const results = page.locator('section', { hasText: 'What is next' }).locator('.facts > div');
  await results
    .filter({ hasText: 'Refused' })
    .getByText(/, \d\d:\d\d/)
    .waitFor();
  await results.filter({ hasText: 'Accepted' }).getByText('Not seen yet').waitFor();
  const verified = { hook: 'token', outcome: 'verified', stepUpId: 's', at: 0, liveness: null } as const;
  const event = { action: 'hook_decided', connection: 'okta', subject: 'ada', detail: verified } as const;
  await fillLedger(operated().server, [{ event, hoursAgo: 0 }]);
  await results.first().waitFor({ state: 'detached' });
});

inBrowser('an administrator switches from shadow to enforce after seeing who would be refused, and back', async () => {
  const page = await visit();
  await operated().post('/doctor', { connection: 'okta' });
  await operated().server.deps.operations.background.settled();
  await openOkta(page);
  await click(page.getByRole('link', { name: 'Rollout', exact: true }));
  await page.getByRole('rowheader', { name: 'ada' }).waitFor();
  await page
    .getByText('Users who would be refused now: 2. Of these, refused already: 0; without a valid enrolment: 2.')
    .waitFor();
  const share = 'Users who would be refused now: 2 of 2 who signed in in the last 30 days (100%).';
  const { length: examined } = operated()
    .actions()
    .filter((action) => action === 'doctor_asked');
  await click(page.getByRole('button', { name: 'Switch to enforce' }));
  await dialogueOf(page).getByText(share).waitFor();
  // Users who have not signed in are only in the count of the health check.
  await dialogueOf(page)
    .getByText(/enrolled 0 of \d+ users/)
    .waitFor();
  expect(operated().server.deps.operations.modes().size).toBe(0);
  await click(dialogueOf(page).getByRole('button', { name: 'Switch to enforce' }));
  await page.getByText('No one is enrolled. If you continue, everyone is refused.').waitFor();
  expect(operated().server.deps.operations.modes().size).toBe(0);
  await click(page.getByRole('button', { name: 'Switch and refuse everyone' }));
  await page.getByRole('heading', { name: 'Users whose last sign-in was refused' }).waitFor();
  expect(clicks).toBeLessThanOrEqual(6);
  expect(operated().server.deps.operations.modes().get('okta')).toMatchObject({ mode: 'enforce', by: 'owner' });
  // The line for the file, and new checks.
  await page.getByText('"mode": "enforce"').waitFor();
  await eventually(async () => {
    expect(
      operated()
        .actions()
        .filter((action) => action === 'doctor_asked'),
    ).toHaveLength(examined + 1);
  });
  await page.getByRole('button', { name: 'Switch to shadow' }).click();
  await dialogueOf(page).getByRole('button', { name: 'Switch to shadow' }).click();
  await page.getByRole('button', { name: 'Switch to enforce' }).waitFor();
});

inBrowser('the active signing key has no end until a new key is created', async () => {
  const page = await visit();
  await addSigningKeys(operated(), dataFolder);
  const address = `http://localhost:${operated().server.port}/console/operations`;
  await page.goto(address);
  const keys = page.getByRole('table', { name: 'Keys that sign receipts and the audit trail' });
  const noEnd = keys.getByRole('row', { name: /Active/ }).getByText('–', { exact: true });
  await noEnd.waitFor();
  await operated().post('/keys/rotate', { use: 'signing' });
  await page.goto(address);
  await keys.getByRole('row', { name: /Waiting/ }).waitFor();
  expect(await noEnd.count()).toBe(0);
});
