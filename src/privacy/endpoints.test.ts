import { expect, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { administer } from '../../support/benches/administration.js';
import { named } from '../../support/benches/campaign-bench.js';
import { createTestConnection } from '../../support/benches/core.js';
import { checkDrawn, enrolDrawn } from '../../support/benches/drawn-face.js';
import { enrolledAt, fillLedger } from '../../support/data/ledgered.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { drawPhoto } from '../../support/fakes/simulated-engine.js';
import { createMemoryProfile, loginOf } from '../../support/fakes/simulated-profile.js';
import { forFile } from '../../support/run/for-file.js';
import { adminKey, startApiServer } from '../../support/servers/api-server.js';
import { changeList } from '../core/bounded-list.js';
import { bindingOf, type Connection } from '../core/connection.js';
import { attemptsOfAnonymous, attemptsOfHook, attemptsOfSubject } from '../core/limits/attempts.js';
import { countAttempt } from '../core/limits/lockout.js';
import { addSec, toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { createCampaign } from '../extensions/campaigns/administer.js';
import { standardSettings } from '../extensions/campaigns/settings.js';
import { changeShard, readPeople } from '../extensions/campaigns/storage.js';
import { helpRequests, listHelpRequests } from '../help-desk/help-requests.js';

/* One person at two providers, and what they may demand. */

const profiles = { work: createMemoryProfile(['anna', 'berta', 'carl']), shop: createMemoryProfile(['anna']) };
const toConnection = (id: keyof typeof profiles) => createTestConnection({ id, profile: profiles[id] });
const connections = { work: toConnection('work'), shop: toConnection('shop') };

const server = await forFile(
  startApiServer({
    connections: new Map(Object.entries(connections)),
  }),
);

const enrol = (connection: Connection, subject = 'anna') => {
  const consent = { statement: 'consent-1 (en)', givenAt: server.clock.now() };
  return enrolDrawn({ connection, subject, consent }, server.deps);
};

const ask = async (what: string, body: object, key = adminKey) =>
  (await server.postJson(`/subjects/${what}`, body, { 'x-admin-key': key })).body;

const check = (connection: Connection, person: string) =>
  checkDrawn({ connection, subject: 'anna', photos: [drawPhoto(person, 9)] }, server.deps).then(
    ({ verdict }) => (verdict.matched ? 'passed' : 'failed'),
    toCode,
  );

const login = loginOf('anna').toUpperCase();

test('an export has the stored data of all stores, and no token', async () => {
  const sealed = await enrol(connections.work);
  await check(connections.work, 'stranger');
  const reply = await ask('export', { login });
  expect(reply).toMatchObject({
    complete: true,
    subjects: [
      {
        connection: 'work',
        subject: 'anna',
        code: null,
        held: {
          enrolment: { tokenId: sealed.tokenId, keyVersion: 1, revoked: false, scope: 'sign-in', accuracy: 4 },
          consent: { statement: 'consent-1 (en)', tokenId: sealed.tokenId, withdrawnAt: null },
          passkey: null,
          attempts: { failures: 1, lockedUntil: null },
          recordsLeftOut: 0,
          attemptsOfOutsiders: { failures: 0, lockedUntil: null },
          attemptsOfRecoveries: { failures: 0, lockedUntil: null },
        },
      },
      { connection: 'shop', subject: 'anna', code: null, held: { enrolment: null, consent: null, records: [] } },
    ],
  });
  const text = JSON.stringify(reply);
  expect(text).toContain('"verification_refused"');
  expect(text).not.toContain(profiles.work.attributes.get('anna')!);
  expect(server.audit.events.at(-1)).toMatchObject({ action: 'subject_exported', detail: { by: 'owner' } });
});

test('a revocation covers all connections, reports one that is unavailable, and can be repeated', async () => {
  await enrol(connections.shop);
  const tokens = [profiles.work.attributes.get('anna')!, profiles.shop.attributes.get('anna')!];
  profiles.shop.setDown(true);
  const half = await ask('revoke', { login });
  expect(half).toMatchObject({ complete: false, subjects: [{ code: null }, { code: 'profile_unavailable' }] });
  profiles.shop.setDown(false);
  expect(profiles.shop.attributes.get('anna')).toBe(tokens[1]);
  expect(await ask('revoke', { login })).toMatchObject({ complete: true });
  expect([profiles.work.attributes.get('anna'), profiles.shop.attributes.get('anna')]).toEqual([null, null]);
  profiles.work.attributes.set('anna', tokens[0]!);
  expect(await check(connections.work, 'anna')).toBe('failed');
  expect(server.audit.events.at(-1)).toMatchObject({ detail: { code: 'token_revoked' } });
});

test('a revocation for a person without an enrolment ends links, and records no end of an enrolment', async () => {
  const { length } = server.audit.events;
  const carl = { connection: 'work', subject: 'carl' };
  expect((await server.postJson('/subjects/invite', carl, { 'x-admin-key': adminKey })).status).toBe(201);
  expect(await ask('revoke', carl)).toMatchObject({ complete: true });
  expect(server.audit.events.slice(length).map(({ action }) => action)).toEqual(['step_up_started']);
});

test('the end of an enrolment that only the log knows is recorded, once', async () => {
  // Nothing ended within the last minute.
  server.clock.advanceSec(61);
  await fillLedger(server, [{ event: enrolledAt('work', 'carl'), hoursAgo: 2 }]);
  const { length } = server.audit.events;
  const carl = { connection: 'work', subject: 'carl' };
  for (let time = 0; time < 2; time += 1)
    expect(await ask('revoke', carl)).toMatchObject({ complete: true, subjects: [{ person: { status: 'ended' } }] });
  expect(server.audit.events.slice(length)).toEqual([
    { action: 'revoked', ...carl, detail: { tokenId: null, by: 'owner' } },
  ]);
});

test('with the provider unavailable, an erasure still removes the user from campaigns and help requests', async () => {
  await enrol(connections.work);
  const settings = { name: 'All', connection: 'work', language: 'en', linkDays: 14, reminderDays: 7 } as const;
  const asked = { ...settings, reminders: 2, from: { source: 'csv', people: named(['anna']) } } as const;
  const campaign = await createCampaign(asked, 'owner', { ...server.deps, campaigns: standardSettings });
  await changeShard(campaign, 0, (person) => ({ ...person, subject: 'anna' }), server.deps);
  const who = { connection: 'work', subject: 'anna' };
  const at = server.clock.now();
  const waiting = {
    id: 'x',
    stepUpId: 'x',
    reason: 'other',
    note: 'a note',
    at,
    takenBy: null,
    takenById: null,
  } as const;
  await changeList(helpRequests, () => [{ ...who, ...waiting, expiresAt: addSec(at, 3600) }], server.deps);
  profiles.work.setDown(true);
  expect(await ask('erase', who)).toMatchObject({
    complete: false,
    receipt: null,
    subjects: [{ code: 'profile_unavailable' }],
  });
  expect(await readPeople(campaign, server.deps)).toEqual([[]]);
  expect(await listHelpRequests(server.deps)).toEqual([]);
  profiles.work.setDown(false);
  expect(await ask('erase', who)).toMatchObject({ complete: true, receipt: expect.any(String) });
  expect(profiles.work.attributes.get('anna')).toBeNull();
});

test('with the provider unavailable, a revocation still denies the token named in the consent', async () => {
  await enrol(connections.work);
  profiles.work.setDown(true);
  expect(await ask('revoke', { connection: 'work', subject: 'anna' })).toMatchObject({ complete: false });
  profiles.work.setDown(false);
  expect(await check(connections.work, 'anna')).toBe('failed');
  expect(server.audit.events.at(-1)).toMatchObject({ detail: { code: 'token_revoked' } });
});

const receiptGuard = z.object({ receipt: z.string() });

async function readErasureReceipt(reply: unknown) {
  const { receipt } = receiptGuard.parse(reply);
  const keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
  const jwks = keys.parse((await server.send('GET', '/.well-known/jwks.json')).body);
  const { payload } = await jwtVerify(receipt, createLocalJWKSet(jwks), {
    issuer: testIssuer,
    typ: 'facestep-erasure+jwt',
    currentDate: new Date(server.clock.now()),
  });
  return payload;
}

test('a receipt for an account that the provider does not have names its attribute only as a condition', async () => {
  const payload = await readErasureReceipt(await ask('erase', { connection: 'work', subject: 'absent' }));
  const why = expect.stringContaining('If it exists, its face attribute was cleared.');
  expect(payload.remains).toEqual(expect.arrayContaining([expect.objectContaining({ what: 'provider_account', why })]));
});

test('an erasure leaves only the data that its signed receipt lists', async () => {
  const sealed = await enrol(connections.work);
  await enrol(connections.shop);
  const payload = await readErasureReceipt(await ask('erase', { login }));
  expect(payload).toMatchObject({
    erased: expect.arrayContaining([{ connection: 'work', subject: 'anna', tokenIds: [sealed.tokenId] }]),
    remains: expect.arrayContaining([expect.objectContaining({ what: 'audit_trail' })]),
  });
  for (const key of ['consent', 'passkey', 'passed', 'frames-seen'])
    expect(await server.deps.state.read(`${key}:work:anna`)).toBeNull();
  expect(profiles.work.attributes.get('anna')).toBeNull();
  expect(server.audit.events).toContainEqual({
    action: 'subject_erased',
    connection: 'work',
    subject: 'anna',
    detail: { receiptId: payload.jti, tokenId: sealed.tokenId, by: 'owner' },
  });
  // They may come back.
  await enrol(connections.work);
  expect(await check(connections.work, 'anna')).toBe('passed');
});

test('an administrator can end a lockout', async () => {
  await enrol(connections.work);
  for (let failure = 0; failure < 5; failure += 1) await check(connections.work, 'stranger');
  expect(await check(connections.work, 'anna')).toBe('locked_out');
  expect(await ask('export', { connection: 'work', subject: 'anna' })).toMatchObject({
    subjects: [{ held: { attempts: { failures: 0, lockedUntil: expect.any(String) } } }],
  });
  expect(await ask('unlock', { login })).toMatchObject({ complete: true });
  expect(await check(connections.work, 'anna')).toBe('passed');
});

test('an unlock ends all lockouts of the user: the user’s own, those per source, and those of applications', async () => {
  const { deps } = server;
  const binding = bindingOf(connections.work, 'anna');
  const fail = (whose: Parameters<typeof countAttempt>[0]) =>
    countAttempt(whose, async () => ({ succeeded: false, result: 'failed' }), deps).catch(toCode);
  const anonymousSource = attemptsOfAnonymous(binding, '203.0.113.9');
  const hook = attemptsOfHook(binding, { application: 'payroll', address: '203.0.113.9' });
  const failUntilLocked = async () => {
    for (let tries = 0; tries < 5; tries += 1) await fail(attemptsOfSubject(binding));
    for (let tries = 0; tries < 5; tries += 1) await fail(anonymousSource);
    for (let tries = 0; tries < 20; tries += 1) await fail(hook);
    for (const whose of [attemptsOfSubject(binding), anonymousSource, hook])
      expect(await fail(whose)).toBe('locked_out');
  };
  // Twice, without a moment between: the second unlock ends what began after the first.
  for (let round = 0; round < 2; round += 1) {
    await failUntilLocked();
    expect(await ask('unlock', { login })).toMatchObject({ complete: true });
    for (const whose of [attemptsOfSubject(binding), anonymousSource, hook]) expect(await fail(whose)).toBe('failed');
    // Failures begin at none again, and others are not unlocked with them.
    expect(await ask('unlock', { login })).toMatchObject({ complete: true });
  }
  const other = bindingOf(connections.work, 'berta');
  for (let tries = 0; tries < 5; tries += 1) await fail(attemptsOfAnonymous(other, '203.0.113.9'));
  await ask('unlock', { login });
  expect(await fail(attemptsOfAnonymous(other, '203.0.113.9'))).toBe('locked_out');
});

test('facestep api revokes a user everywhere, and exits with 1 if a connection fails', async () => {
  await enrol(connections.shop);
  const run = (...args: string[]) => administer(server, ['api', 'POST', ...args]);
  profiles.work.setDown(true);
  expect(await run('/subjects/revoke', `login=${login}`)).toEqual({
    printed: [
      'complete  false',
      expect.stringMatching(/^connection +subject +code +person$/),
      expect.stringMatching(/^work +- +profile_unavailable +-$/),
      expect.stringMatching(/^shop +anna +- +\{"connection":"shop",.*\}$/),
    ],
    told: [],
    exitCode: 1,
  });
  profiles.work.setDown(false);
  expect((await run('/subjects/revoke', `login=${login}`)).exitCode).toBe(0);
});

test('the reply of an action has the new state of the person, before the log has it', async () => {
  const carl = { connection: 'work', subject: 'carl' };
  const detail = { level: 1, until: toIso(addSec(server.clock.now(), 3600)) };
  await fillLedger(server, [
    { event: enrolledAt('work', 'carl'), hoursAgo: 2 },
    { event: { action: 'locked_out', ...carl, detail }, hoursAgo: 1 },
  ]);
  const locked = { status: 'enrolled', lockedUntil: detail.until };
  expect(await readPerson()).toMatchObject(locked);
  const stateAfter = async (action: string, fields = {}) => {
    const { subjects } = await ask(action, { ...carl, ...fields });
    return Array.isArray(subjects) ? subjects[0].person : null;
  };
  expect(await stateAfter('unlock', { source: '192.0.2.1' })).toMatchObject(locked);
  expect(await stateAfter('unlock')).toMatchObject({ ...locked, lockedUntil: null });
  expect(await stateAfter('revoke')).toMatchObject({ status: 'ended', endedAt: toIso(server.clock.now()) });
  expect(await stateAfter('erase')).toMatchObject({ status: 'none', lockedUntil: null, endedAt: null });
  expect(await readPerson()).toMatchObject(locked);

  async function readPerson() {
    return (await server.postJson('/people/one', carl, { 'x-admin-key': adminKey })).body.person;
  }
});
