import { expect, test } from '@jest/globals';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { Credential } from '../core/secrets.js';
import { resolveReferences } from './references.js';
import { findSealedVersions, openSecret, sealSecret } from './sealed-secret.js';

const keys = createKeysInMemory(systemRandom(32));
const deps = { keys, clock: createManualClock(), random: systemRandom };
const setting = 'connections.work.hooks.secret';
const sealed = await sealSecret(new Credential('s3cret'), { setting, by: 'ada' }, deps);
const work = { id: 'work', hooks: { secret: { sealed } } };
const reading = {
  env: {},
  readFile: () => Promise.reject(new Error('no file')),
  openSecret: (secret: typeof sealed, at: string) => openSecret(secret, at, keys),
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
