import { expect, test } from '@jest/globals';
import { createTestConnection } from '../../../support/benches/core.js';
import { createTestRecorder, enrolledAt } from '../../../support/data/ledgered.js';
import { createMemoryProfile, loginOf, nameOf } from '../../../support/fakes/simulated-profile.js';
import { forFile } from '../../../support/run/for-file.js';
import { adminKey, startApiServer } from '../../../support/servers/api-server.js';
import { addAdministrator } from '../../access/administrators.js';
import { beginActivity } from '../../audit/ledger/log.js';
import { checksReply, exportedChecksReply } from '../../audit/ledger/replies.js';
import type { AuditEvent } from '../../core/audit-events.js';
import type { NamedAccount } from '../../core/ports.js';
import { FaceError } from '../../errors.js';

/* What was written to a trail, as administrators read it. */

/** Holds the names of the connection `shop` while it is set. */
let held: Promise<void> = Promise.resolve();
const slow = createMemoryProfile(['anna']);
/** True if `shop` limits the rate of searches after the first user. */
let isBusy = false;
const profiles = {
  work: createMemoryProfile(['anna', 'berta', 'ottilie']),
  shop: {
    ...slow,
    readAccount: (subject: string) => held.then(() => slow.readAccount(subject)),
    async searchAccounts(text: string, limit: number, found: NamedAccount[] = []) {
      if (!isBusy) return slow.searchAccounts(text, limit);
      found.push(await slow.readAccount('anna'));
      throw new FaceError('profile_unavailable', { status: 429 });
    },
  },
};
const toConnection = (id: keyof typeof profiles, accuracy: 4 | 6) =>
  createTestConnection({ id, profile: profiles[id], policy: { accuracy } });

const server = await startApiServer({
  connections: new Map([
    ['work', toConnection('work', 4)],
    ['shop', toConnection('shop', 6)],
  ]),
});
const recorder = await forFile(createTestRecorder(server.deps));
let sequence = 0;
const request = 'a'.repeat(24);
note(enrolledAt('work', 'anna'));
note(enrolledAt('shop', 'anna'));
note(enrolledAt('work', 'berta'));
note({ action: 'key_made', connection: '', subject: '', detail: { use: 'sealing', version: 1 } });
note({ action: 'verification_refused', connection: 'work', subject: 'berta', detail: { tokenId: 't' } }, request);
note({ action: 'verified', connection: 'work', subject: 'anna', detail: { tokenId: 't' } }, null, '2001:db8:1::/48');
await recorder.flush();

function note(
  event: AuditEvent,
  request: string | null = null,
  network = '192.0.2.0/24',
  trail = 'c'.repeat(32),
): void {
  sequence += 1;
  server.clock.advanceSec(1);
  recorder.note({ ...event, sequence, time: server.clock.now(), request }, trail, { network, userAgent: null });
}

const ask = async (path: string, fields: object = {}, key = adminKey) =>
  (await server.postJson(path, fields, { 'x-admin-key': key })).body;

test('the list of people has ids, status, level and last check, newest first, without names', async () => {
  const reply = await ask('/people/list');
  expect(reply).toMatchObject({
    people: [
      { connection: 'work', subject: 'berta', status: 'enrolled', level: 4, lastCheck: 'refused' },
      { connection: 'shop', subject: 'anna', level: 6, lastCheck: null, lastCheckAt: null },
      { connection: 'work', subject: 'anna', lastCheck: 'passed' },
    ],
    cursor: null,
  });
  expect(JSON.stringify(reply)).not.toContain('example.com');
  expect(await ask('/people/list', { level: 6 })).toMatchObject({ people: [{ connection: 'shop' }] });
  expect(await ask('/people/list', { connection: 'none' })).toMatchObject({ code: 'connection_unknown' });
  const first = await ask('/people/list', { connection: 'work', limit: 1 });
  expect(first).toMatchObject({ people: [{ subject: 'berta' }] });
  expect(await ask('/people/list', { connection: 'work', limit: 1, cursor: first.cursor })).toMatchObject({
    people: [{ subject: 'anna' }],
  });
  expect(await ask('/people/list', { cursor: 'nonsense' })).toMatchObject({ code: 'request_malformed' });
});

test('a person is found by login or id and shown with their events', async () => {
  const who = { connection: 'work', subject: 'berta' };
  expect(await ask('/people/one', who)).toMatchObject({ person: { ...who, status: 'enrolled' } });
  expect(await ask('/people/log', who)).toMatchObject({
    lines: [{ action: 'verification_refused', code: 'face_mismatch' }, { action: 'enrolled' }],
  });
  const found = { ...who, login: loginOf('berta'), email: loginOf('berta') };
  expect(await ask('/people/find', { text: loginOf('berta').toUpperCase() })).toMatchObject({ people: [found] });
  expect(await ask('/people/find', { text: 'berta' })).toMatchObject({ people: [found] });
  expect(await ask('/people/find', { text: 'nobody' })).toMatchObject({
    people: [],
    unasked: [],
    answered: ['work', 'shop'],
  });
});

test('a search by name at the provider finds enrolled and other users, and stores nothing', async () => {
  const ottilie = { connection: 'work', subject: 'ottilie', status: 'none', level: 4, name: nameOf('ottilie') };
  for (const text of ['ottil', 'OTTILIE EX', ` ${loginOf('ottilie').slice(0, 12)} `]) {
    const { people } = await ask('/people/find', { text });
    expect(people).toEqual([expect.objectContaining({ ...ottilie, login: loginOf('ottilie') })]);
  }
  const { people } = await ask('/people/find', { text: 'Exam' });
  expect(people).toHaveLength(4);
  const stored = await Promise.all(['/people/list', '/log/list'].map((path) => ask(path)));
  expect(JSON.stringify(stored)).not.toMatch(/Example|ottilie/);
});

test('a search keeps what a busy provider returned before, and says which connection was busy', async () => {
  isBusy = true;
  const reply = await ask('/people/find', { text: 'anna ex' });
  isBusy = false;
  const people = [
    { connection: 'work', subject: 'anna' },
    { connection: 'shop', subject: 'anna' },
  ];
  expect(reply).toMatchObject({ people, unasked: ['shop'], busy: ['shop'], answered: ['work'] });
});

test('a check appears as one entry, and only auditors can read its failed signals', async () => {
  const who = { connection: 'work', subject: 'dora' };
  const stepUpId = 's-9';
  const request = 'd'.repeat(24);
  const far = '203.0.113.0/24';
  const judged = { stepUpId, judge: 'j', pass: false, reasons: ['depth'], asked: [], signals: [] };
  note(
    { action: 'step_up_started', ...who, detail: { stepUpId, purpose: 'verify', application: 'mail.example.com' } },
    null,
    far,
  );
  note({ action: 'liveness_judged', ...who, detail: judged }, request, far);
  note({ action: 'verification_refused', ...who, detail: { code: 'liveness_low', stepUpId } }, request, far);
  await recorder.flush();
  const key = async (role: 'help-desk') => {
    const given = { name: 'desk', role, lifeSec: 60 };
    return (await addAdministrator(given, { name: 'owner' }, server.deps)).credential.use((text) => text);
  };
  const check = { ...who, action: 'verification_refused', code: 'liveness_low', application: 'mail.example.com' };
  const { checks } = await ask('/people/checks', who);
  expect(checks).toMatchObject([{ ...check, events: [{}, { action: 'liveness_judged', reasons: ['depth'] }, {}] }]);
  expect(await ask('/log/checks', { subject: 'dora', outcome: 'refused' })).toMatchObject({ checks });
  const because = (code: string | string[]) => ask('/log/checks', { subject: 'dora', code });
  expect(await because(['face_mismatch', 'liveness_low'])).toMatchObject({ checks });
  expect(await because('liveness_low')).toMatchObject({ checks });
  expect(await because(['face_mismatch'])).toMatchObject({ checks: [] });
  note(
    { action: 'step_up_started', ...who, subject: 'emil', detail: { stepUpId: 's-10', purpose: 'verify' } },
    null,
    far,
  );
  await recorder.flush();
  const listed = async (subject: string) => (await ask('/log/checks', { subject, hasResult: true })).checks;
  expect([await listed('dora'), await listed('emil')]).toEqual([checks, []]);
  const desk = await key('help-desk');
  expect(await ask('/log/checks', {}, desk)).toMatchObject({ code: 'role_missing' });
  expect(await ask('/people/list', { status: 'locked' }, desk)).toMatchObject({ code: 'role_missing' });
  expect(await ask('/people/locked', {}, desk)).toMatchObject({ ...(await ask('/people/list', { status: 'locked' })) });
  const seen = await ask('/people/checks', who, desk);
  expect(seen).toMatchObject({ checks: [{ ...check, events: [{}, { action: 'liveness_judged' }, {}] }] });
  expect(JSON.stringify(seen)).not.toContain('depth');
});

const openExport = async (fields: object) =>
  fetch(`http://localhost:${server.port}/v1/log/export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-admin-key': adminKey },
    body: JSON.stringify(fields),
  });

test('an export has all checks with names, and ends with as many entries read as counted', async () => {
  const reply = await openExport({ connection: 'work' });
  expect(reply.headers.get('content-type')).toContain('application/x-ndjson');
  const lines = (await reply.text())
    .trim()
    .split('\n')
    .map((line) => exportedChecksReply.parse(JSON.parse(line)));
  const listed = checksReply.parse(await ask('/log/checks', { connection: 'work', limit: 200 })).checks;
  expect(lines.flatMap(({ checks }) => checks).map(({ id, application }) => ({ id, application }))).toEqual(
    listed.map(({ id, application }) => ({ id, application })),
  );
  expect(lines.flatMap(({ checks }) => checks)).toContainEqual(
    expect.objectContaining({ subject: 'anna', login: loginOf('anna'), name: nameOf('anna') }),
  );
  expect(lines[0]).toMatchObject({ read: 0 });
  expect(lines.at(-1)?.read).toBe(lines[0]?.total);
});

test('a second export of an administrator is complete and ends the first one, also if that waits for a provider', async () => {
  let release = (): void => {};
  held = new Promise((resolve) => {
    release = resolve;
  });
  server.clock.advanceSec(600);
  const first = await openExport({ connection: 'shop' });
  const second = await openExport({ connection: 'work' });
  release();
  const lines = (await second.text()).trim().split('\n');
  const { read, total } = exportedChecksReply.parse(JSON.parse(lines.at(-1) ?? ''));
  expect(read).toBe(total);
  await expect(first.text()).rejects.toThrow();
});

test('the log can be searched by login, id, address, network or request id', async () => {
  const search = async (text: string, more: object = {}) => {
    const { lines } = await ask('/log/list', { search: text, ...more });
    return (Array.isArray(lines) ? lines : []).map((line) =>
      Object.values(line ?? {})
        .slice(2, 5)
        .join(' '),
    );
  };
  expect(await search(loginOf('berta'))).toEqual(['work berta verification_refused', 'work berta enrolled']);
  expect(await search('anna', { outcome: 'passed' })).toEqual(['work anna verified']);
  expect(await search(loginOf('anna'), { connection: 'shop' })).toEqual(['shop anna enrolled']);
  expect(await search('2001:db8:1:77::5')).toEqual(['work anna verified']);
  expect(await search('192.0.2.0/24')).toHaveLength(4);
  expect(await search('198.51.100.1')).toEqual([]);
  expect(await search('a'.repeat(24))).toEqual(['work berta verification_refused']);
});

test('the activity has acts of all servers with what changed, says since when, and is no part of the decisions', async () => {
  const acts = async (fields: object = {}) => ask('/log/list', { isActivity: true, ...fields });
  expect(await acts()).toMatchObject({ lines: [], completeSince: null });
  await beginActivity(server.deps);
  const since = new Date(server.clock.now()).toISOString();
  const digest = 'f'.repeat(64);
  const detail = { digest, former: digest, changed: ['connections.work'], reason: 'ticket 7', by: 'ada' };
  note({ action: 'configuration_written', connection: '', subject: '', detail }, null, '192.0.2.0/24', 'd'.repeat(32));
  note({ action: 'lockout_cleared', connection: 'work', subject: 'berta', detail: { by: 'grace', source: null } });
  const passed = { stepUpId: 's-7', way: 'bypass_code' as const, by: 'grace' };
  note({ action: 'another_way_passed', connection: 'work', subject: 'berta', detail: passed });
  await recorder.flush();
  const cleared = { action: 'lockout_cleared', by: 'grace', connection: 'work', subject: 'berta' };
  const written = {
    action: 'configuration_written',
    by: 'ada',
    reasons: ['changed: connections.work', 'reason: ticket 7'],
  };
  expect(await acts()).toMatchObject({ lines: [cleared, written], completeSince: since });
  expect(await acts({ by: 'grace' })).toMatchObject({ lines: [cleared] });
  expect(await acts({ actions: ['configuration_written'] })).toMatchObject({ lines: [written] });
  const after = await ask('/log/list', { limit: 1000 });
  expect(JSON.stringify(after)).not.toContain('configuration_written');
  expect(after.completeSince).toBeNull();
  expect((await ask('/log/checks', { limit: 200 })).checks).not.toContainEqual(expect.objectContaining(written));
});
