import { expect, test } from '@jest/globals';
import { createTestConnection } from '../../../support/benches/core.js';
import { standardSettings } from '../../../support/data/settings.js';
import { noteLookUps } from '../../../support/fakes/counted.js';
import { createMemoryProfile } from '../../../support/fakes/simulated-profile.js';
import { type ApiServer, adminKey, startApiServer } from '../../../support/servers/api-server.js';

/* One caller cannot use up the rate limit of an identity provider. */

let server: ApiServer;

test('requests that call the provider are limited per client token and administrator; other requests are not', async () => {
  const profile = createMemoryProfile(['anna']);
  const work = createTestConnection({ id: 'work', profile });
  const limits = { ...standardSettings.limits, clientLookUps: 2, administratorLookUps: 6 };
  const settings = { ...standardSettings, limits };
  server = await startApiServer({ connections: new Map([['work', work]]), settings });
  const owner = { 'x-admin-key': adminKey };
  const codesOf = async (paths: readonly (readonly [string, object])[], who: Record<string, string>) => {
    const codes: unknown[] = [];
    for (const [path, body] of paths) codes.push((await server.postJson(path, body, who)).body.code);
    return codes;
  };
  const find = ['/people/find', { text: 'anna' }] as const;
  const names = ['/people/names', { connection: 'work', subjects: ['anna'] }] as const;
  // The search has two calls. Its result is cached.
  expect(await codesOf([find, names, find, names, names, ['/log/list', {}]], owner)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    'locked_out',
    undefined,
  ]);
  server.clock.advanceSec(60);
  const asked = noteLookUps(profile);
  const many = [
    '/people/names',
    { connection: 'work', subjects: Array.from({ length: 100 }, (_, n) => `u${n}`) },
  ] as const;
  const search = ['/log/list', { search: 'berta' }] as const;
  expect(await codesOf([search, many, many, search], owner)).toEqual([
    undefined,
    'locked_out',
    'locked_out',
    undefined,
  ]);
  expect(asked.length).toBeLessThanOrEqual(6);
  const start = ['/step-ups', { connection: 'work', subject: 'anna' }] as const;
  const invite = ['/invitations', { connection: 'work', subject: 'anna' }] as const;
  const one = { 'x-auth-token': (await server.issue()).token };
  expect(await codesOf([start, invite, start, invite], one)).toEqual([
    undefined,
    undefined,
    'locked_out',
    'locked_out',
  ]);
  const other = { 'x-auth-token': (await server.issue()).token };
  expect(await codesOf([start], other)).toEqual([undefined]);
});
