import { createHash, X509Certificate } from 'node:crypto';
import { chmod, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import { createTextLog, systemRandom as random } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { createManualClock } from '../../../test/contract/state.js';
import { createOidcKeys } from './oidc-keys.js';

let file: string;
let clock: ReturnType<typeof createManualClock>;
let log: ReturnType<typeof createTextLog>;
beforeEach(() => {
  file = join(createFolder('oidc-keys'), 'oidc-keys.json');
  clock = createManualClock();
  log = createTextLog();
});

const start = () => createOidcKeys({ file, clock, random, log });
const day = 86_400;
const kids = async (keys: Awaited<ReturnType<typeof start>>) =>
  (await keys.current()).published.map(({ kid }) => kid.slice(0, 6));

test('the published key has a self-signed certificate and is named by its thumbprint', async () => {
  const { published, signing } = await (await start()).current();
  expect(published).toHaveLength(1);
  const { x5c, x5t, kid, n, e, ...rest } = published[0]!;
  expect(rest).toEqual({ kty: 'RSA', use: 'sig', alg: 'RS256' });
  expect(kid).toBe(await calculateJwkThumbprint({ kty: 'RSA', n, e }));
  const der = Buffer.from(x5c[0], 'base64');
  expect(x5t).toBe(createHash('sha1').update(der).digest('base64url'));
  const certificate = new X509Certificate(der);
  expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({ n, e });
  expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(Date.parse(certificate.validFrom)).toBeLessThan(clock.now());
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(clock.now() + 180 * day * 1000);
  expect(JSON.stringify([published, signing])).not.toContain('"d"');
});

test('the key file is readable only by its owner, and a restart keeps the keys', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await kids(two)).toEqual(await kids(one));
  expect(await kids(await start())).toEqual(await kids(one));
});

test('a new key is published for two days before it signs, and the old key for two days after it signed', async () => {
  const keys = await start();
  const before = await keys.current();
  const [first] = await kids(keys);
  clock.advanceSec(87 * day);
  expect(await keys.current()).toBe(before);
  clock.advanceSec(day);
  const [signing, next] = await kids(keys);
  expect(signing).toBe(first);
  expect(next).not.toBe(first);
  expect(await kids(await start())).toEqual([first, next]);
  clock.advanceSec(2 * day);
  expect(await kids(keys)).toEqual([next, first]);
  const { cookieKeys, signing: privateKeys } = await keys.current();
  expect(cookieKeys).toHaveLength(2);
  expect(privateKeys[0]!.kid.slice(0, 6)).toBe(next);
  clock.advanceSec(2 * day);
  expect(await kids(keys)).toEqual([next]);
});

test('two processes with one file rotate to the same key', async () => {
  const one = await start();
  const two = await start();
  clock.advanceSec(88 * day);
  const ofOne = await kids(one);
  clock.advanceSec(61);
  expect(await kids(two)).toEqual(ofOne);
  expect(await kids(one)).toEqual(ofOne);
});

test('if the key file is corrupted, the loaded keys remain in use and the error is logged', async () => {
  const keys = await start();
  const [first] = await kids(keys);
  clock.advanceSec(88 * day);
  await writeFile(file, '{}', { mode: 0o600 });
  expect(await kids(keys)).toEqual([first]);
  expect(log.text()).toContain('key_service_unavailable');
});

test('a key file without a key, or readable by others, is refused', async () => {
  await writeFile(file, '{"format":"facestep-oidc-keys-1","keys":[]}', { mode: 0o600 });
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
  await rm(file);
  await start();
  await chmod(file, 0o644);
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
});
