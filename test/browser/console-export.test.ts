import { readFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { createTestConnection } from '../../support/benches/core.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { enrolledAt, fillLedger } from '../../support/data/ledgered.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { adminKey, startApiServer } from '../../support/servers/api-server.js';
import { visitConsole } from './console-visitor.js';

/* The export of the whole log: progress, cancel, and the file. */

const rows = 600;
const subjects = Array.from({ length: rows }, (_, index) => `user${index}`);
const known = createMemoryProfile(subjects);
const latest = subjects.slice(-50);
/** Names after those on the first page of the screen arrive once it is released. */
let release = (): void => {};
let held = Promise.resolve();
const profile = {
  ...known,
  readAccount: (subject: string) => (latest.includes(subject) ? known.readAccount(subject) : readLate(subject)),
};
const readLate = (subject: string) => held.then(() => known.readAccount(subject));
const acme = createTestConnection({ id: 'acme', kind: 'okta', profile });
/** Noon of yesterday: the log is read day by day, and the names of the first rows are not held. */
const startMs = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000;
const browser = useBrowser('none');
const stage = useShared(async () => {
  const server = await startApiServer({
    issuer: 'http://localhost',
    startMs,
    connections: new Map([['acme', acme]]),
  });
  await fillLedger(
    server,
    subjects.map((subject, index) => ({ event: enrolledAt('acme', subject), hoursAgo: (rows - index) / 10 })),
  );
  return server;
});

inBrowser('an administrator sees the progress of an export, cancels it, and saves the whole log later', async () => {
  held = new Promise((resolve) => {
    release = resolve;
  });
  const visit = { key: adminKey, path: '/log' };
  const { page, complaints, close } = await visitConsole(browser(), `http://localhost:${stage().port}`, visit);
  await page.getByRole('button', { name: 'Export CSV' }).click();
  await page.getByRole('progressbar', { name: 'Export CSV' }).waitFor();
  await page.getByText('0% of the log read, 0 rows').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  release();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  // One administrator reads a limited number of names each minute.
  stage().clock.advanceSec(60);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\r\n');
  expect(lines).toHaveLength(rows + 1);
  expect(lines[0]).toContain('"Name","Username","ID"');
  expect(lines.at(-1)).toContain('"user0 Example","user0@example.com","user0"');
  expect(complaints).toEqual([]);
  await close();
});
