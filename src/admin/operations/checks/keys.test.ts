import { beforeEach, expect, test } from '@jest/globals';
import { connectionGuards } from '../../../../support/data/connection-guards.js';
import { createTextLog, systemRandom } from '../../../../support/fakes/sinks.js';
import { createFolder } from '../../../../support/run/folder.js';
import { kmsEnvironment, startKms } from '../../../../support/servers/kms/index.js';
import { createManualClock } from '../../../../test/contract/state.js';
import { createConfigGuard } from '../../../config/schema.js';
import { createKeyChecks, createPublishedKeysCheck } from './keys.js';

/* Keys in AWS KMS; those in files are examined with the whole doctor. */

const dataFolder = createFolder('key-checks');
let kms: Awaited<ReturnType<typeof startKms>>;
let sealing: string;
let signing: string;
beforeEach(async () => {
  Object.assign(process.env, kmsEnvironment);
  kms = await startKms();
  [sealing, signing] = [kms.createKey('HMAC_256'), kms.createKey('ECC_NIST_P256')];
});

const configure = () =>
  createConfigGuard(connectionGuards).parse({
    dataFolder,
    keys: {
      kind: 'aws-kms',
      region: kms.region,
      endpoint: kms.url,
      sealing: [{ version: 3, keyId: sealing }],
      signing: { keyId: signing },
    },
  });
const deps = { clock: createManualClock(), random: systemRandom, log: createTextLog(), fetch };
const examine = () => Promise.all(createKeyChecks(configure(), deps).map((check) => check.run()));

test('usable keys pass; the check performs no key operation', async () => {
  expect(await examine()).toEqual([
    { verdict: 'pass', found: 'version 3 seals new tokens; AWS KMS holds them', remedy: null },
    { verdict: 'pass', found: '1 key; AWS KMS holds them', remedy: null },
  ]);
  expect(new Set(kms.calls)).toEqual(new Set(['DescribeKey']));
});

test('a disabled key or a key of another type fails, with the remedy', async () => {
  kms.disable(sealing);
  signing = kms.createKey('RSA_2048');
  expect(await examine()).toMatchObject([
    { verdict: 'fail', found: 'not usable: version 3: Disabled' },
    { verdict: 'fail', found: expect.stringContaining('RSA_2048 does not fit') },
  ]);
});

test('the check reports the reason if KMS refuses the call', async () => {
  kms.cause('denied');
  await expect(examine()).rejects.toMatchObject({ detail: { reason: 'AccessDeniedException' } });
});

test('the check reports a server that publishes other keys', async () => {
  const others = async () => new Response(JSON.stringify({ keys: [{ kid: 'another' }] }));
  const check = createPublishedKeysCheck('https://face.example.com', configure(), { ...deps, fetch: others });
  expect(await check.run()).toMatchObject({ verdict: 'fail' });
});
