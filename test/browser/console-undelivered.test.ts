import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { type Service, startService } from '../../examples/demo/service.js';
import { hasChromium } from '../../support/browser/chromium.js';
import { inBrowser, useBrowser } from '../../support/browser/page-suite.js';
import { unreachedOkta } from '../../support/data/okta-clients.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';
import { openServer } from '../contract/bench.js';
import { type ConsoleVisitor, visitConsole } from './console-visitor.js';

/* An event that a receiver refused, and that an operator sends again in the console. */

const adminKey = `fsa_${'k'.repeat(32)}`;
const browser = useBrowser('none');
let receiver: Awaited<ReturnType<typeof openServer>>;
let status: number;
let received: string[];
let service: Service;
let visitor: ConsoleVisitor;
if (hasChromium) {
  beforeEach(async () => {
    status = 410;
    received = [];
    receiver = await openServer((request, response) => {
      received.push(String(request.headers['webhook-id']));
      request.resume();
      response.writeHead(status).end();
    });
    const folder = createFolder('console-undelivered');
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const config = {
      modelsFolder,
      adminKey,
      verifier: { kind: 'embedded', workers: 1 },
      connections: [{ id: 'work', kind: 'okta', policy: { mode: 'enforce' }, okta: unreachedOkta }],
      webhooks: [{ id: 'ticket', url: `${receiver.url}/hook`, secret }],
    };
    writeFileSync(`${folder}.json`, JSON.stringify(config));
    const env = { PORT: '0', FACESTEP_DATA: folder, FACESTEP_CONFIG: `${folder}.json` };
    service = await startService(env, `${folder}.log`);
  });
  afterEach(async () => {
    await visitor.close();
    await service.stop();
  });
}

inBrowser('an event that a receiver refused is listed, is sent again with its id, and leaves the list', async () => {
  const switched = await fetch(`${service.url}/v1/connections/work/mode`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-admin-key': adminKey },
    body: JSON.stringify({ mode: 'shadow' }),
  });
  expect(switched.status).toBe(200);
  const url = service.url.replace('127.0.0.1', 'localhost');
  visitor = await visitConsole(browser(), url, { key: adminKey, path: '/operations' });
  const { page } = visitor;
  const row = page.getByRole('row').filter({ hasText: 'mode.changed' });
  for (let look = 0; look < 20 && (await row.count()) === 0; look += 1) {
    await page.waitForTimeout(500);
    await page.reload();
    await page.getByRole('heading', { name: 'Undelivered events' }).waitFor();
    await page.waitForLoadState('networkidle');
  }
  await row.getByText('status 410').waitFor();
  await page.getByRole('button', { name: 'Send the newest again (1)' }).click();
  await page.getByText('Not delivered: 1.').waitFor();
  status = 204;
  await page.getByRole('button', { name: 'Send the newest again (1)' }).click();
  await page.getByText('Delivered: 1.', { exact: true }).waitFor();
  await page.getByText('No undelivered events.').waitFor();
  expect(new Set(received).size).toBe(1);
  expect(received).toHaveLength(3);
});
