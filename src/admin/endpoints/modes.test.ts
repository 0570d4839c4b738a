import { beforeEach, expect, test } from '@jest/globals';
import { fillLedger } from '../../../support/data/ledgered.js';
import { createFolder } from '../../../support/run/folder.js';
import {
  type Company,
  type Mode,
  type OperatedServer,
  startCompany,
  startOperatedServer,
} from '../../../support/servers/operated-server.js';
import type { AuditDetail } from '../../core/audit-events.js';
import { addSec, secondsPerDay, toIso } from '../../core/units.js';
import { checkChanged } from '../operations/health-checks.js';

/* Switching between shadow and enforce, and whom that would refuse. */

let dataFolder: string;
let operated: OperatedServer;
const company = await startCompany();
beforeEach(async () => {
  dataFolder = createFolder('modes');
  operated = await startOperatedServer(company, { dataFolder });
});

async function modeOf(connection: string) {
  return (await operated.get(`/connections/${connection}/mode`)).body.mode;
}

test('a connection is listed with its policy and without secrets', async () => {
  const { body } = await operated.get('/connections');
  expect(body.connections).toMatchObject([
    { id: 'okta', kind: 'okta', mode: { inForce: 'shadow', file: 'shadow', switched: null }, policy: { accuracy: 4 } },
    { id: 'onelogin', kind: 'onelogin', recovery: 'off' },
  ]);
  expect(JSON.stringify(body)).not.toContain('secret');
  const settings = Object.entries({ returnUrls: [], handOff: null, notices: false, fallbackUrl: null });
  expect(body.connections).toMatchObject([
    {
      policy: {
        settings: expect.arrayContaining(
          settings.map(([setting, value]) => ({ setting, value: JSON.stringify(value) })),
        ),
      },
    },
    {},
  ]);
});

test('a connection names its networks and the host of its photos, but not their path and secret', async () => {
  const photo = {
    source: {
      url: 'https://badge.example.com/a-secret-path/{badge}.jpg',
      header: { name: 'Authorization', value: 'a-secret-header' },
    },
    hosts: ['badge.example.com'],
  };
  const networks = { office: ['203.0.113.0/24'] };
  const toConnections: Company['toConnections'] = (...given) =>
    company.toConnections(...given).map((each) => ({
      ...each,
      policy: { ...each.policy, photo, networks },
      claims: { badge: 'badge' },
    }));
  const other = await startOperatedServer({ ...company, toConnections }, { dataFolder: createFolder('photo-policy') });
  const { body } = await other.get('/connections');
  expect(JSON.stringify(body)).not.toContain('a-secret');
  const source = { url: 'https://badge.example.com/…', header: { name: 'Authorization', value: '…' } };
  const [{ policy }] = body.connections as [
    { policy: { replacedBy: string; settings: { setting: string; value: string }[] } },
  ];
  const settings = new Map(policy.settings.map(({ setting, value }) => [setting, JSON.parse(value)]));
  expect(settings.get('networks')).toEqual(networks);
  expect(settings.get('photo')).toMatchObject({ source, hosts: photo.hosts });
  expect(policy.replacedBy).toBe('photo');
});

test('an administrator switches the mode; a mode that denies all users needs a confirmation', async () => {
  expect(await operated.post('/connections/okta/mode', { mode: 'enforce' })).toMatchObject({
    body: { code: 'nobody_can_pass' },
  });
  expect(await modeOf('okta')).toMatchObject({ inForce: 'shadow' });
  const { body } = await operated.post('/connections/okta/mode', { mode: 'enforce', isSure: true });
  expect(body.mode).toMatchObject({ inForce: 'enforce', file: 'shadow', switched: { by: 'owner' } });
  expect(await modeOf('onelogin')).toMatchObject({ inForce: 'shadow' });
  expect(operated.server.audit.events.at(-1)).toMatchObject({
    action: 'connection_mode_switched',
    connection: 'okta',
    detail: { mode: 'enforce', file: 'shadow', by: 'owner' },
  });
  expect((await operated.get('/to-do')).body.items).toContainEqual(
    expect.objectContaining({ code: 'mode_switched', connection: 'okta' }),
  );
  await operated.post('/connections/okta/mode', { mode: 'shadow' });
  expect(await modeOf('okta')).toEqual({
    inForce: 'shadow',
    file: 'shadow',
    rules: { refusing: [], allowing: [] },
    switched: null,
    atProvider: null,
    hookCalls: { hooks: expect.any(Array), readAt: expect.any(String) },
  });
});

test('users are listed as refused only if their last sign-in was, or would have been in enforce mode', async () => {
  const unverified = { hook: 'token', outcome: 'unverified', reason: 'no_check' } as const;
  const watched = { ...unverified, fallback: 'pass', wouldHave: 'deny' } as const;
  const denied = { ...unverified, fallback: 'deny' } as const;
  const verified = { hook: 'token', outcome: 'verified', at: 1, stepUpId: 's', liveness: null } as const;
  const decided: readonly (readonly [string, AuditDetail<'hook_decided'>])[] = [
    ['ada', watched],
    ['ben', watched],
    ['ada', verified],
    ['cora', denied],
    ['dan', denied],
    ['dan', verified],
  ];
  await fillLedger(
    operated.server,
    decided.map(([subject, detail], at) => ({
      event: { action: 'hook_decided', connection: 'okta', subject, detail },
      hoursAgo: 1 - at / 10,
    })),
  );
  const found = { users: 4, decisions: 6, notEnrolled: 1, total: 1, denied: 1 };
  const { body: wouldBe } = await operated.post('/connections/okta/refused');
  // A rule or an earlier mode refused Cora, and enforce mode would refuse her again.
  const both = expect.arrayContaining([
    expect.objectContaining({ subject: 'ben', hook: 'token', isDenied: false }),
    expect.objectContaining({ subject: 'cora', hook: 'token', isDenied: true }),
  ]);
  expect(wouldBe).toMatchObject({ ...found, notEnrolled: 2, total: 2, subjects: both });
  const { body: now } = await operated.post('/connections/okta/refused', { mode: 'enforce' });
  expect(now).toMatchObject({ ...found, subjects: [{ subject: 'cora', hook: 'token' }] });
});

test('a manual switch to shadow mode stops the rules that enforce, also if the file has shadow; the mode file ends it', async () => {
  const pilot = { name: 'pilot', when: { groups: ['pilot'] }, mode: 'enforce', whenUnknown: 'policy' };
  const rules = [pilot, { ...pilot, name: 'exempt', outcome: 'none' }];
  const inFile = { refusing: ['pilot'], allowing: ['exempt'] };
  const none = { refusing: [], allowing: [] };
  const withRules = (policy: { mode: Mode }) => ({ ...policy, rules });
  const toConnections: Company['toConnections'] = (...given) =>
    company.toConnections(...given).map((each) => ({ ...each, policy: withRules(each.policy) }));
  const ruled = await startOperatedServer({ ...company, toConnections }, { dataFolder });
  const switchTo = async (mode: string) => (await ruled.post('/connections/okta/mode', { mode })).body.mode;
  expect(await switchTo('file')).toMatchObject({ inForce: 'shadow', rules: inFile, switched: null });
  expect(await switchTo('shadow')).toMatchObject({
    inForce: 'shadow',
    rules: none,
    switched: { by: 'owner', fileRules: inFile },
  });
  expect(await switchTo('shadow')).toMatchObject({ rules: none });
  expect(await switchTo('file')).toMatchObject({ inForce: 'shadow', rules: inFile, switched: null });
});

test('a check finds that no one can pass at a connection of a provider, and not at one of test people', async () => {
  const trial = { id: 'trial', kind: 'memory', policy: { mode: 'enforce' as const } };
  const toConnections: Company['toConnections'] = (...given) => [...company.toConnections(...given), trial];
  const enforcing = await startOperatedServer(
    { ...company, toConnections },
    { dataFolder: createFolder('modes'), mode: 'enforce' },
  );
  for (const connection of ['okta', 'trial']) {
    await enforcing.post('/doctor', { connection });
    await enforcing.server.deps.operations.background.settled();
  }
  const { doctor } = (await enforcing.get('/doctor')).body as { doctor: { connections: { findings: object[] }[] } };
  const fix = { step: expect.any(String), pushSecrets: false };
  const fixable = doctor.connections.flatMap(({ findings }) => findings).find((each) => 'fix' in each && each.fix);
  expect(fixable).toMatchObject({ fix });
  const items = (await enforcing.get('/to-do')).body.items as { code: string; connection: string }[];
  const nobody = items.filter(({ code }) => code === 'nobody_enrolled');
  expect(nobody.map(({ connection }) => connection)).toEqual(['okta']);
});

test('one replica checks connections each night and after a change, and an accepted finding colours nothing', async () => {
  const { operations } = operated.server.deps;
  const { clock } = operated.server;
  // No later step passes the time of the nightly check, and the clock differs from the real one from the start.
  clock.advanceSec(2 * secondsPerDay + 3 * 3600 - ((clock.now() / 1000) % secondsPerDay));
  type Finding = { title: string; light: string; accepted: object | null };
  type Report = { connection: string; examinedAt: string | null; light: string | null; findings: Finding[] };
  const run = async (holder: string): Promise<Report[]> => {
    clock.advanceSec(1);
    await checkChanged(holder, operations);
    await operations.background.settled();
    return ((await operated.get('/doctor')).body as { doctor: { connections: Report[] } }).doctor.connections;
  };
  const timesOf = (reports: readonly Report[]) => reports.map(({ examinedAt }) => examinedAt);
  const [okta, onelogin] = await run('one');
  expect([okta?.light, onelogin?.light]).toEqual(['fail', 'fail']);
  const first = timesOf([okta!, onelogin!]);
  expect(timesOf(await run('one'))).toEqual(first);
  await operated.post('/connections/okta/mode', { mode: 'enforce', isSure: true });
  expect(timesOf(await run('other'))).toEqual(first);
  const [switched, same] = timesOf(await run('one'));
  expect([switched === first[0], same === first[1]]).toEqual([false, true]);
  expect(operated.actions()).not.toContain('doctor_asked');

  const failing = okta!.findings.filter(({ light }) => light === 'fail').map(({ title }) => title);
  const tasks = async () =>
    ((await operated.get('/to-do')).body.items as { code: string; connection: string; about: string; since: string }[])
      .filter(({ code, connection }) => code === 'doctor_failing' && connection === 'okta')
      .map(({ about, since }) => [about, since]);
  expect(await tasks()).toEqual(failing.map((title) => [title, first[0]]));
  const until = toIso(addSec(clock.now(), 3600));
  const accept = (fields: object) =>
    operated.post('/doctor/accepted', { connection: 'okta', reason: 'ticket 7', ...fields });
  expect(await accept({ title: failing[0], until: toIso(clock.now()) })).toMatchObject({ status: 400 });
  expect(await accept({ title: 'Nothing', until })).toMatchObject({ status: 404 });
  for (const title of failing) expect(await accept({ title, until })).toMatchObject({ status: 200 });
  expect(await tasks()).toEqual([]);
  const byHand = okta!.findings.find(({ light }) => light === 'by_hand')?.title;
  expect(await accept({ title: byHand, until })).toMatchObject({ status: 200 });
  expect((await run('one'))[0]).toMatchObject({ light: expect.not.stringMatching('fail') });
  clock.advanceSec(3600);
  expect((await run('one'))[0]).toMatchObject({ light: 'fail' });
  expect(await tasks()).toHaveLength(failing.length);
  clock.advanceSec(secondsPerDay);
  const [night, too] = timesOf(await run('one'));
  expect([night === switched, too === same]).toEqual([false, false]);
});
