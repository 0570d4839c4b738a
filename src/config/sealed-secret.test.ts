import { expect, test } from '@jest/globals';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { Credential } from '../core/secrets.js';
import { resolveReferences } from './references.js';
import { countEnded, findSealedVersions, openSecret, sealSecret } from './sealed-secret.js';

const keys = createKeysInMemory(systemRandom(32));
const deps = { keys, clock: createManualClock(), random: systemRandom };
const setting = 'connections.work.hooks.secret';
const sealed = await sealSecret(new Credential('s3cret'), { setting, by: 'ada', days: null }, deps);
const work = { id: 'work', hooks: { secret: { sealed } } };
const reading = {
  env: {},
  readFile: () => Promise.reject(new Error('no file')),
  openSecret: (secret: typeof sealed, at: string) => openSecret(secret, at, deps),
};

test('a sealed secret opens in its own setting, also if the order of the connections changed', async () => {
  const opened = { id: 'work', hooks: { secret: 's3cret' } };
  expect(await resolveReferences({ connections: [work] }, reading)).toEqual({ connections: [opened] });
  expect(await resolveReferences({ connections: [{ id: 'other' }, work] }, reading)).toEqual({
    connections: [{ id: 'other' }, opened],
  });
  expect(findSealedVersions({ connections: [work] })).toEqual([1]);
});

test.each([
  ['of another connection', { connections: [{ ...work, id: 'other' }] }],
  ['of another setting', { connections: [{ id: 'work', hooks: { previous: { sealed } } }] }],
  [
    'that names another administrator',
    { connections: [{ ...work, hooks: { secret: { sealed: { ...sealed, by: 'eve' } } } }] },
  ],
  ['that is no sealed secret', { connections: [{ ...work, hooks: { secret: { sealed: '/etc/passwd' } } }] }],
])('a sealed secret %s is refused', async (_, file) => {
  await expect(resolveReferences(file, reading)).rejects.toMatchObject({ code: 'config_invalid' });
});

test('a setting that is read before the keys are known has no sealed secret', async () => {
  const before = { env: {}, readFile: reading.readFile };
  await expect(resolveReferences({ connections: [work] }, before)).rejects.toMatchObject({ code: 'config_invalid' });
});

test('a former secret is absent after its days, whatever the file says about them', async () => {
  const former = await sealSecret(new Credential('former'), { setting, by: 'ada', days: 7 }, deps);
  const load = (secret: object) => resolveReferences({ connections: [{ id: 'work', hooks: { secret } }] }, reading);
  expect(await load({ sealed: former })).toEqual({ connections: [{ id: 'work', hooks: { secret: 'former' } }] });
  await expect(load({ sealed: { ...former, until: undefined } })).rejects.toMatchObject({ code: 'config_invalid' });
  deps.clock.advanceSec(7 * 86_400);
  expect(countEnded([{ sealed: former }, { sealed }], deps.clock)).toBe(1);
  expect(await load({ sealed: former })).toEqual({ connections: [{ id: 'work', hooks: {} }] });
});
