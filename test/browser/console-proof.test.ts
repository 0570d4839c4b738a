import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { unzipSync } from 'fflate';
import { createAuditDeps, withAudit } from '../../support/benches/audit.js';
import { defaultPolicy } from '../../support/benches/core.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { createFolder } from '../../support/run/folder.js';
import { adminKey } from '../../support/servers/api-server.js';
import { startOperatedServer } from '../../support/servers/operated-server.js';
import { visitConsole } from './console-visitor.js';

/* The proof pack in the console. */

const profile = createMemoryProfile(['ada']);
const connection = { id: 'acme', kind: 'okta' as const, profile, policy: defaultPolicy };
const directory = { async *listMembers() {}, searchGroups: async () => [], register: null };
const browser = useBrowser('none');
const stage = useShared(async () => {
  const dataFolder = createFolder('console-proof');
  const given = {
    issuer: 'http://localhost',
    connections: new Map([['acme', connection]]),
    directories: new Map([['acme', async () => directory]]),
  };
  const { server } = await startOperatedServer({ toConnections: () => [] }, { dataFolder, given });
  const { clock, signer } = server.deps;
  await withAudit(createAuditDeps({ file: join(dataFolder, 'audit.jsonl'), signer, clock }), (audit) =>
    audit.append({ action: 'verified', connection: 'acme', subject: 'ada', detail: { tokenId: 't' } }),
  );
  server.clock.advanceSec(60);
  return server;
});

inBrowser('an administrator saves the proof pack of a connection as a ZIP file', async () => {
  const server = stage();
  const today = new Date(server.deps.clock.now()).toISOString().slice(0, 10);
  const visit = { key: adminKey, path: '/proof' };
  const { page, complaints, close } = await visitConsole(browser(), `http://localhost:${server.port}`, visit);
  await page.getByLabel('Connection').selectOption('acme');
  await page.getByLabel('From').fill(today);
  await page.getByLabel('Until').fill(today);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save proof pack' }).click();
  const files = unzipSync(await readFile(await (await saved).path()));
  expect(Object.keys(files)).toContain('facestep-proof/manifest.jws');
  const proof = JSON.parse(Buffer.from(files['facestep-proof/proof.json'] ?? '').toString());
  expect(proof).toMatchObject({ connection: 'acme', people: [{ subject: 'ada', passed: 1 }] });
  expect(complaints).toEqual([]);
  await close();
});
