import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { administer } from '../../../support/benches/administration.js';
import { openLink, openPage } from '../../../support/benches/capture-page.js';
import { runInProcess } from '../../../support/benches/command.js';
import { createTestConnection } from '../../../support/benches/core.js';
import { enrolledAt, fillLedger } from '../../../support/data/ledgered.js';
import { waitForApproval } from '../../../support/data/recoveries.js';
import { createMemoryProfile, findEveryGroup } from '../../../support/fakes/simulated-profile.js';
import { createFolder } from '../../../support/run/folder.js';
import { adminKey, startApiServer } from '../../../support/servers/api-server.js';
import { recoveryGuard } from '../../config/recovery.js';

/* `facestep api` and `log`, against a running server. */

const profile = createMemoryProfile(['00u1']);
const recovery = { policy: recoveryGuard.parse({ mode: 'on' }), issuer: null, findGroupIds: findEveryGroup };
const acme = createTestConnection({ id: 'acme', profile, policy: { helpRequests: true }, recovery });
const server = await startApiServer({ connections: new Map([['acme', acme]]) });

const run = (args: readonly string[], key = adminKey) => administer(server, args, key);

const api = (...args: string[]) => run(['api', ...args]);

test('facestep api manages an application from its registration to its removal', async () => {
  const scopes = 'scopes:=["verify","match"]';
  const made = await api('POST', '/applications', 'name=door', 'tenant=acme', scopes, 'perMinute:=120', '--json');
  const { id } = JSON.parse(made.printed.join('\n'));
  const [head = '', row = ''] = (await api('GET', '/applications')).printed;
  expect(head).toMatch(/^id +name +.*scopes/);
  expect(row).toMatch(new RegExp(`^${id} +door .*verify match`));

  const issued = await api('POST', '/applications/:id/keys', `id=${id}`, 'expiresIn:=86400');
  const key = /^token +(fst_\S+)$/m.exec(issued.printed.join('\n'))?.[1] ?? '';
  expect((await server.postJson('/token', {}, { 'x-auth-token': key })).status).toBe(200);
  expect((await api('DELETE', `/applications/${id}`)).exitCode).toBe(0);
  expect(await api('GET', `/applications/${id}/usage`)).toMatchObject({
    exitCode: 2,
    told: ['Error: The server has nothing by that id or at that path, or the feature is off.', expect.any(String)],
  });
});

test('facestep api prints one reply as names and values, sends files, and refuses what the server refuses', async () => {
  const added = await api('POST', '/administrators', 'name=grace', 'role=auditor');
  expect(added.printed.join('\n')).toMatch(/^key +fsa_[0-9a-f]{24}_.{43}$/m);
  const refused = await api('POST', '/administrators', 'name=grace', 'role=king');
  expect(refused).toMatchObject({
    exitCode: 2,
    told: [expect.stringContaining('does not accept role'), expect.any(String)],
  });
  expect(await api('POST', '/administrators', 'role')).toMatchObject({ exitCode: 2 });
  const file = join(createFolder('api'), 'people.csv');
  writeFileSync(file, 'login\n00u1@example.com');
  const planned = await api('POST', '/campaigns', 'connection=acme', 'name=Autumn', `people=@${file}`);
  expect(planned.printed.join('\n')).toMatch(/^state +plan/m);
});

test('facestep api lists the endpoints for administrators, and prints all pages of a list', async () => {
  const { printed } = await api();
  expect(printed).toContainEqual(expect.stringMatching(/^POST +\/people\/find +\S/));
  expect(printed.join('\n')).not.toMatch(/^POST +\/verify /m);
  for (let count = 0; count < 51; count += 1)
    await waitForApproval({ connection: 'acme', subject: `of-many-${count}` }, server.deps);
  const countOf = (text: string) => text.split('of-many-').length - 1;
  expect(countOf((await api('GET', '/recoveries')).printed.join())).toBe(51);
  expect(countOf((await api('GET', '/recoveries', '--json')).printed.join())).toBe(51);
});

test('facestep api prints text of anonymous callers without control characters', async () => {
  const { token } = await server.issue();
  const asked = { connection: 'acme', subject: '00u1', audience: 'https://app.example.com' };
  const { body } = await server.postJson('/step-ups', asked, { 'x-auth-token': token });
  const page = openPage(server, String((await openLink(server, String(body.url))).body.session));
  await page.post('/face/help', { reason: 'no_camera', note: '\u001b[31mbroken' });
  expect((await api('GET', '/help-desk/requests')).printed.join()).toMatch(/no_camera.* \[31mbroken/);
});

test('facestep log --request prints why a call was refused before a person was known; for an unknown id it says so', async () => {
  const refused = await server.postJson('/match', {}, { 'x-auth-token': 'wrong' });
  const found = await run(['log', '--request', refused.headers.get('x-request-id') ?? '']);
  expect(found.told).toEqual([expect.stringMatching(/known: POST \/match, 401 caller_untrusted, at 20\S+Z$/)]);
  const { told } = await run(['log', '--request', '0'.repeat(24)]);
  expect(told).toEqual([expect.stringMatching(/refused no call with this id since 20\S+Z\. Other servers/)]);
});

test('facestep log --follow prints each line once until interrupted', async () => {
  await fillLedger(server, [{ event: enrolledAt('acme', 'berta'), hoursAgo: 100 }]);
  const printed: string[] = [];
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let asked = 0;
  await runInProcess(['log', '--follow', '--json'], {
    clock: server.clock,
    env: { FACESTEP_URL: server.origin, FACESTEP_ADMIN_KEY: adminKey },
    print: (line) => printed.push(line),
    untilStopped: () => stopped,
    async fetch(url, init) {
      const answer = await fetch(url, init);
      asked += 1;
      server.clock.advanceSec(1);
      if (asked === 1) await fillLedger(server, [{ event: enrolledAt('acme', 'ada'), hoursAgo: 0 }]);
      if (asked === 3) stop();
      return answer;
    },
  });
  expect(printed.map((line) => JSON.parse(line).action)).toEqual(['enrolled']);
});
