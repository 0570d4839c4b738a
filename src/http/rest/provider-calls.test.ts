import { afterEach, expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../support/benches/core.js';
import { standardSettings } from '../../../support/data/settings.js';
import { createTestVerifier } from '../../../support/fakes/embedded.js';
import { createMemoryProfile } from '../../../support/fakes/simulated-profile.js';
import { type ApiServer, adminKey, startApiServer } from '../../../support/servers/api-server.js';
import type { Connection } from '../../core/connection.js';

/* One caller cannot use up the rate limit of an identity provider. */

let server: ApiServer;
afterEach(() => server.stop());

test('requests that call the provider are limited per client token and administrator; other requests are not', async () => {
  const profile = createMemoryProfile(['anna']);
  const work: Connection = { id: 'work', kind: 'memory', profile, policy: defaultPolicy, openStepUpRequest: null };
  const limits = { ...standardSettings.limits, clientLookUps: 2, administratorLookUps: 2 };
  const settings = { ...standardSettings, limits };
  server = await startApiServer({ verifier: createTestVerifier(), connections: new Map([['work', work]]), settings });
  const owner = { 'x-admin-key': adminKey };
  const codesOf = async (paths: readonly (readonly [string, object])[], who: Record<string, string>) => {
    const codes: unknown[] = [];
    for (const [path, body] of paths) codes.push((await server.postJson(path, body, who)).body.code);
    return codes;
  };
  const find = ['/people/find', { text: 'anna' }] as const;
  const names = ['/people/names', { connection: 'work', subjects: ['anna'] }] as const;
  expect(await codesOf([find, names, find, names, ['/log/list', {}]], owner)).toEqual([
    undefined,
    undefined,
    'locked_out',
    'locked_out',
    undefined,
  ]);
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
