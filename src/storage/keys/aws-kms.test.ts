import { createHash, X509Certificate } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { parameters } from '../../../support/data/parameters.js';
import { testShare } from '../../../support/data/share.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { createSimulatedEngine } from '../../../support/fakes/simulated-engine.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { cheapStretch } from '../../../support/fakes/stretch.js';
import { kmsEnvironment, startKms, type Trouble } from '../../../support/servers/kms/index.js';
import { runKeysContract } from '../../../test/contract/keys.js';
import { runSignerContract } from '../../../test/contract/signer.js';
import { createManualClock } from '../../../test/contract/state.js';
import { filesOf } from '../../config/data-files.js';
import { type AwsKmsConfig, keysGuard } from '../../config/keys.js';
import type { Binding, Keys, Signer, VerifyRequest } from '../../core/ports.js';
import { Photo } from '../../core/secrets.js';
import { createEmbeddedVerifier } from '../../face/verifier/embedded.js';
import { type KeyService, openKeyService } from './open.js';

let kms: Awaited<ReturnType<typeof startKms>>;
let clock: ReturnType<typeof createManualClock>;
let log: ReturnType<typeof createTextLog>;
let config: AwsKmsConfig;

const parseConfig = (settings: object): AwsKmsConfig => {
  const parsed = keysGuard.parse({ kind: 'aws-kms', region: kms.region, endpoint: kms.url, ...settings });
  if (parsed.kind !== 'aws-kms') throw new Error('no configuration of KMS');
  return parsed;
};

const start = (settings = config): Promise<KeyService> => {
  const files = filesOf({ dataFolder: '/nonexistent', keys: settings });
  return openKeyService(settings, { files, clock, random: systemRandom, log, onKeysLoaded: () => {} });
};

beforeEach(async () => {
  Object.assign(process.env, kmsEnvironment);
  kms = await startKms();
  clock = createManualClock();
  log = createTextLog();
  config = parseConfig({
    sealing: [{ version: 1, keyId: kms.createKey('HMAC_256') }],
    signing: { keyId: kms.createKey('ECC_NIST_P256') },
  });
});

const addVersion = (version: number): AwsKmsConfig =>
  parseConfig({ ...config, sealing: [...config.sealing, { version, keyId: kms.createKey('HMAC_256') }] });

runKeysContract('AWS KMS', async () => {
  let { keys } = await start();
  const current = new Proxy(keys, { get: (_, name) => Reflect.get(keys, name) });
  const restart = async (): Promise<Keys> => {
    keys = (await start()).keys;
    return keys;
  };
  return {
    keys: current,
    async rotate() {
      const version = Math.max(...config.sealing.map((each) => each.version)) + 1;
      config = addVersion(version);
      await restart();
      return version;
    },
    async retire(version) {
      const { keyId = '' } = config.sealing.find((each) => each.version === version) ?? {};
      kms.scheduleDeletion(keyId);
    },
    restart,
    close: async () => {},
  };
});

runSignerContract('AWS KMS', async () => {
  let { signer } = await start();
  const current = new Proxy(signer, { get: (_, name) => Reflect.get(signer, name) });
  const restart = async (): Promise<Signer> => {
    signer = (await start()).signer;
    return signer;
  };
  return {
    signer: current,
    async replace() {
      const { keyId: former } = config.signing;
      config = parseConfig({ ...config, signing: { keyId: kms.createKey('ECC_NIST_P256'), others: [former] } });
      await restart();
    },
    restart,
    close: async () => {},
  };
});

const macOnce = (keys: Keys, version = 1, text = 'a') => keys.mac(version, Buffer.from(text));
const callsOf = (operation: string): number => kms.calls.filter((each) => each === operation).length;

const binding: Binding = { tenant: 'work', idp: 'okta', subject: 'ada', scope: 'sign-in', accuracy: 4 };

test('a token check costs one KMS call, a repeated check none, and a renewal one more', async () => {
  const openVerifier = async () =>
    createEmbeddedVerifier({
      engine: createSimulatedEngine(),
      parameters,
      keys: (await start()).keys,
      random: systemRandom,
      stretch: cheapStretch,
    });
  const photos = () => [1, 2, 3].map((shot) => new Photo(drawPicture('ada', shot)));
  const verifier = await openVerifier();
  const { token } = await verifier.enrol({
    photos: photos(),
    binding,
    secret: null,
    expiresAt: null,
    share: testShare,
  });
  expect(callsOf('GenerateMac')).toBe(1);

  const request = (): VerifyRequest => ({
    photos: photos(),
    token,
    binding,
    secret: null,
    requireLiveness: false,
    allowRenewal: true,
    share: testShare,
  });
  const restarted = await openVerifier();
  expect((await restarted.verify(request())).matched).toBe(true);
  expect(callsOf('GenerateMac')).toBe(2);
  expect((await restarted.verify(request())).matched).toBe(true);
  expect(callsOf('GenerateMac')).toBe(2);
  // No one is enrolled: the same one call, so that neither time nor cost tells.
  expect((await restarted.verify({ ...request(), token: null })).matched).toBe(false);
  expect(callsOf('GenerateMac')).toBe(3);

  config = addVersion(2);
  const { renewed } = await (await openVerifier()).verify(request());
  expect(verifier.identify(renewed!.token).keyVersion).toBe(2);
  expect(callsOf('GenerateMac')).toBe(5);
});

test('concurrent checks of one token share a KMS call, and a failed call is not cached', async () => {
  const { keys } = await start();
  const macs = await Promise.all(Array.from({ length: 20 }, () => macOnce(keys)));
  expect(callsOf('GenerateMac')).toBe(1);
  macs[0]!.wipe();
  expect(macs[1]!.use((bytes) => Buffer.from(bytes).equals(Buffer.alloc(32)))).toBe(false);
  kms.cause('denied');
  await expect(macOnce(keys, 1, 'b')).rejects.toMatchObject({ code: 'key_service_unavailable' });
  kms.cause('none');
  await macOnce(keys, 1, 'b');
});

test.each<[Trouble, number, string]>([
  ['denied', 1, 'AccessDeniedException'],
  ['throttled', 2, 'ThrottlingException'],
])(
  'after the KMS error %s, %d calls end in key_service_unavailable with the reason for the log',
  async (trouble, calls, reason) => {
    const { keys } = await start();
    kms.calls.length = 0;
    kms.cause(trouble);
    await expect(macOnce(keys)).rejects.toMatchObject({
      code: 'key_service_unavailable',
      detail: { service: 'aws-kms', operation: 'GenerateMac', reason },
    });
    expect(kms.calls).toHaveLength(calls);
  },
);

test('a KMS call without a response is abandoned after two attempts', async () => {
  const { signer } = await start();
  kms.calls.length = 0;
  kms.cause('silent');
  await expect(signer.sign('facestep-receipt+jwt', {})).rejects.toMatchObject({ code: 'key_service_unavailable' });
  expect(kms.calls).toEqual(['unanswered', 'unanswered']);
});

test('after five outages the circuit breaker opens, and stored statements can still be verified', async () => {
  const { keys, signer } = await start();
  const jws = await signer.sign('facestep-receipt+jwt', {});
  await kms.close();
  for (let n = 0; n < 5; n += 1) await expect(macOnce(keys, 1, `${n}`)).rejects.toThrow();
  await expect(macOnce(keys)).rejects.toMatchObject({ detail: { reason: 'circuit_open' } });
  expect(await signer.verify('facestep-receipt+jwt', jws)).toEqual({});
  expect(log.text()).toContain('AWS KMS circuit breaker changed state');
  kms = await startKms();
});

test('a disabled key of a previous version counts as retired, a disabled current key as an outage, in one call each', async () => {
  config = addVersion(2);
  const { keys } = await start();
  for (const { keyId } of config.sealing) kms.disable(keyId);
  for (let times = 0; times < 2; times += 1) {
    await expect(macOnce(keys, 1)).rejects.toMatchObject({ code: 'token_key_retired' });
    await expect(macOnce(keys, 2)).rejects.toMatchObject({ code: 'key_service_unavailable' });
  }
  expect(callsOf('GenerateMac')).toBe(2);
});

test.each([
  ['HMAC_256', 'UnsupportedOperationException'],
  ['RSA_2048', 'not of ECC_NIST_P256'],
] as const)('a signing key of type %s is refused at the start', async (spec, problem) => {
  config = parseConfig({ ...config, signing: { keyId: kms.createKey(spec) } });
  const refusal: unknown = await start().catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: 'FaceError' });
  expect(JSON.stringify(refusal)).toContain(problem);
});

test('all replicas publish the same OpenID certificates, signed by the keys in KMS', async () => {
  config = parseConfig({
    ...addVersion(2),
    oidc: { keyId: kms.createKey('RSA_2048'), others: [kms.createKey('RSA_2048')] },
  });
  const [one, two] = await Promise.all([start(), start()]);
  const { published, signing, cookieKeys } = await (await one.openOidcKeys()).current();
  expect((await (await two.openOidcKeys()).current()).published).toEqual(published);
  expect(published).toHaveLength(2);
  for (const { x5c, x5t, kid } of published) {
    const certificate = new X509Certificate(Buffer.from(x5c[0], 'base64'));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(createHash('sha1').update(certificate.raw).digest('base64url')).toBe(x5t);
    expect(signing.map((key) => key.kid)).toContain(kid);
  }
  // While replicas change over to a new version, each takes the cookies of the others.
  const former = parseConfig({ ...config, current: 1 });
  const { cookieKeys: others } = await (await (await start(former)).openOidcKeys()).current();
  const texts = [cookieKeys, others].map((keys) => keys.map((key) => key.use((text) => text)));
  expect(texts[0]).toEqual(texts[1]!.toReversed());
});

test('KMS errors for the log contain no secret', async () => {
  const { keys } = await start();
  kms.cause('broken');
  const refusal: unknown = await macOnce(keys).catch((error: unknown) => error);
  const told = JSON.stringify(refusal, Object.getOwnPropertyNames(refusal));
  for (const secret of Object.values(kmsEnvironment)) expect(told).not.toContain(secret);
  expect(told).not.toMatch(/AWS4|[0-9a-f]{64}/);
});
