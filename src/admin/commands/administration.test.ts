import { expect, test } from '@jest/globals';
import { administer } from '../../../support/benches/administration.js';
import { openLink, openPage } from '../../../support/benches/capture-page.js';
import { runInProcess } from '../../../support/benches/command.js';
import { defaultPolicy } from '../../../support/benches/core.js';
import { enrolledAt, fillLedger } from '../../../support/data/ledgered.js';
import { waitForApproval } from '../../../support/data/recoveries.js';
import { createMemoryProfile, findEveryGroup } from '../../../support/fakes/simulated-profile.js';
import { forFile } from '../../../support/run/for-file.js';
import { adminKey, startApiServer } from '../../../support/servers/api-server.js';
import { recoveryGuard } from '../../config/recovery.js';
import type { Connection } from '../../core/connection.js';
import { FaceError } from '../../errors.js';

/* `facestep applications`, `administrators`, `help-desk`, `recovery`, `jobs` and `log`, against a running server. */

const policy = { ...defaultPolicy, helpRequests: true };
const profile = createMemoryProfile(['00u1']);
const recovery = { policy: recoveryGuard.parse({ mode: 'on' }), issuer: null, findGroupIds: findEveryGroup };
const acme: Connection = { id: 'acme', kind: 'memory', profile, policy, recovery, openStepUpRequest: null };
const server = await forFile(startApiServer({ connections: new Map([['acme', acme]]) }));

const run = (args: readonly string[], key = adminKey) => administer(server, args, key);

test('the commands manage an application from its registration to its removal', async () => {
  const given = ['--scopes', 'verify, match', '--per-minute', '120', '--tenant', 'acme'];
  const { printed } = await run(['applications', 'register', 'door', ...given, '--contact', 'ada@example.com']);
  const [id = ''] = printed;
  expect(printed).toEqual([expect.stringMatching(/^[0-9a-f]{24}$/)]);
  const listed = await run(['applications', 'list']);
  expect(listed.printed).toEqual([
    'id                        name  tenant  scopes        a minute   a day',
    `${id}  door  acme    verify,match       120  100000`,
  ]);

  const issued = await run([
    'applications',
    'issue-key',
    id,
    '--scopes',
    'match',
    '--days',
    '2',
    '--compat',
    'facenition',
  ]);
  const [key = ''] = issued.printed;
  expect(issued.printed).toEqual([expect.stringMatching(/^fst_[0-9a-f]{24}_.{43}$/)]);
  expect(issued.told.join()).not.toContain(key);
  const named = await server.postJson('/token', {}, { 'x-auth-token': key });
  expect(named.body).toMatchObject({ scopes: ['match'], compat: 'facenition' });
  await server.postJson('/match', {}, { 'x-auth-token': key });
  await server.usage.flush();
  const day = new Date(server.clock.now()).toISOString().slice(0, 10);
  const keyId = key.slice(4, 28);
  const keys = JSON.parse((await run(['applications', 'keys', id, '--json'])).printed.join('\n'));
  const times = { issuedAt: expect.any(String), expiresAt: expect.any(String) };
  expect(keys).toEqual([{ id: keyId, scopes: ['match'], ...times, lastUsed: day }]);

  expect((await run(['applications', 'usage', id])).printed.join()).toContain('photo_missing 1');

  expect((await run(['applications', 'revoke-key', id, keyId])).exitCode).toBe(0);
  expect((await server.postJson('/match', {}, { 'x-auth-token': key })).status).toBe(401);
  const removed = await run(['applications', 'remove', id, '--json']);
  expect(removed.exitCode).toBe(0);
  expect(JSON.parse(removed.printed.join('\n'))).toEqual({ ok: true, output: [] });
  expect(await run(['applications', 'usage', id])).toMatchObject({
    exitCode: 2,
    told: ['Error: The server has nothing by that id.', expect.any(String)],
  });
});

test('the commands manage an administrator from the first key to the refusal after removal', async () => {
  const added = await run(['administrators', 'add', 'grace', '--role', 'auditor', '--days', '30']);
  const [key = ''] = added.printed;
  expect(added.printed).toEqual([expect.stringMatching(/^fsa_[0-9a-f]{24}_.{43}$/)]);
  expect((await run(['administrators', 'list'], key)).printed).toEqual([
    expect.stringMatching(/^name +role +added +valid until$/),
    expect.stringMatching(/^owner +owner +at the first start +removed$/),
    expect.stringMatching(/^grace +auditor +\S+Z +\S+Z$/),
  ]);
  await expect(run(['administrators', 'remove', 'grace'], key)).rejects.toMatchObject({ code: 'role_missing' });
  expect((await run(['administrators', 'remove', 'grace'])).exitCode).toBe(0);
  await expect(run(['administrators', 'list'], key)).rejects.toMatchObject({ code: 'caller_untrusted' });
});

test('the help-desk commands list a help request without control characters, assign and settle it', async () => {
  const { token } = await server.issue();
  const asked = { connection: 'acme', subject: '00u1', audience: 'https://app.example.com' };
  const { body } = await server.postJson('/step-ups', asked, { 'x-auth-token': token });
  const page = openPage(server, String((await openLink(server, String(body.url))).body.session));
  await page.post('/face/help', { reason: 'no_camera', note: '\u001b[31mbroken' });
  const { printed } = await run(['help-desk', 'requests']);
  expect(printed[1]).toMatch(/no_camera +- +\[31mbroken$/);
  const [{ id }] = JSON.parse((await run(['help-desk', 'requests', '--json'])).printed.join('\n'));
  expect((await run(['help-desk', 'take', id])).exitCode).toBe(0);
  expect((await run(['help-desk', 'settle', id, '--by', 'bypass'])).exitCode).toBe(0);
  expect((await run(['help-desk', 'requests'])).printed).toHaveLength(1);
});

test('the recovery commands create a link, list recoveries, approve one with its number and refuse it', async () => {
  const named = ['--connection', 'acme', '--login', '00u1@example.com'];
  const begun = await run(['recovery', 'begin', ...named]);
  expect(begun.printed).toEqual([expect.stringMatching(/^https:\S+\/recover\/acme\S+$/)]);
  expect(begun.told).toEqual([
    'The person has no face check, so the recovery will fail.',
    expect.stringMatching(/^Valid until 20\S+Z\.$/),
  ]);
  const sent = await run(['recovery', 'begin', ...named, '--send', 'email']);
  expect(sent.printed).toEqual([expect.stringMatching(/^[0-9a-f]{24}$/)]);
  const unnamed = await run(['recovery', 'begin', '--connection', 'acme']);
  expect(unnamed).toMatchObject({ exitCode: 2, told: ['Error: Give --login or --subject.', expect.any(String)] });

  // A recovery is listed after its face check.
  expect((await run(['recovery', 'list'])).printed).toHaveLength(1);
  const { id, number } = await waitForApproval({ connection: 'acme', subject: '00u1' }, server.deps);
  const [heading = '', row = ''] = (await run(['recovery', 'list', '--connection', 'acme'])).printed;
  expect(heading.split(/ {2,}/)).toEqual([
    'id',
    'begun',
    'connection',
    'subject',
    'second thing',
    'state',
    'approvals',
    'privileged',
  ]);
  expect(row).toMatch(new RegExp(`^${id} +20\\S+Z +acme +00u1 +help_desk +approval +0 of 1 +no$`));
  expect((await run(['recovery', 'list', '--connection', 'other'])).printed).toHaveLength(1);
  const wrong = number === '0000' ? '1111' : '0000';
  await expect(run(['recovery', 'approve', id, wrong])).rejects.toMatchObject({ code: 'recovery_number_wrong' });
  expect((await run(['recovery', 'approve', id, number])).told).toEqual([`${id}: ready`]);
  expect((await run(['recovery', 'refuse', id])).told).toEqual([`${id}: revoked`]);
  const [listed] = JSON.parse((await run(['recovery', 'list', '--json'])).printed.join('\n'));
  expect(listed).toMatchObject({ id, stage: 'ended', outcome: 'revoked', approvals: ['owner'] });
  expect(JSON.stringify(listed)).not.toContain(number);
});

test('a list in pages is printed completely, as a table and as JSON', async () => {
  for (let count = 0; count < 51; count += 1)
    await waitForApproval({ connection: 'acme', subject: `of-many-${count}` }, server.deps);
  const countOf = (text: string) => text.split('of-many-').length - 1;
  expect(countOf((await run(['recovery', 'list'])).printed.join())).toBe(51);
  expect(countOf((await run(['recovery', 'list', '--json'])).printed.join())).toBe(51);
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

test('the command lists every background job with its last result, and exits with 1 if one failed', async () => {
  const run = (fails: boolean) => async () => {
    if (fails) throw new FaceError('state_unavailable');
  };
  const { jobs } = server.deps.operations;
  const started = [true, false].map((fails) =>
    jobs.start({ name: fails ? 'sweeping' : 'dusting', everySec: 3600, run: run(fails) }),
  );
  await Promise.all(started.map((each) => each.runNow()));
  const listed = await administer(server, ['jobs'], adminKey);
  expect(listed.exitCode).toBe(1);
  const rows = listed.printed.map((line) => line.split(/ {2,}/));
  expect(rows[0]).toEqual(['job', 'every', 'last run', 'result', 'runs', 'failures']);
  const time = expect.stringMatching(/^20.*Z$/);
  expect(rows).toContainEqual(['sweeping', '3600 s', time, 'state_unavailable', '1', '1']);
  expect(rows).toContainEqual(['dusting', '3600 s', time, 'ok', '1', '0']);
  await Promise.all(started.map((each) => each.stop()));
});
