import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CompactSign, createLocalJWKSet, generateKeyPair, jwtVerify } from 'jose';
import type { Signer } from '../core/ports.js';
import { createLocalSigner } from './local-signer.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facestep-signer-'));
  file = join(folder, 'signing-keys.json');
});
afterEach(() => rm(folder, { recursive: true }));

const start = (): Promise<Signer> => createLocalSigner({ file, random: (bytes) => randomBytes(bytes) });
const refused = { code: 'receipt_invalid' };

test('what it signs is verified by its published keys, in a new process too', async () => {
  const jws = await (await start()).sign('facestep-receipt+jwt', { sub: 'ada' });
  const later = await start();
  expect(await later.verify('facestep-receipt+jwt', jws)).toEqual({ sub: 'ada' });
  const keys = JSON.parse(JSON.stringify(await later.publicKeys()));
  expect(keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
  expect(keys[0]).not.toHaveProperty('d');
  const { payload, protectedHeader } = await jwtVerify(jws, createLocalJWKSet({ keys }), {
    typ: 'facestep-receipt+jwt',
  });
  expect(payload).toEqual({ sub: 'ada' });
  expect(protectedHeader).toEqual({ alg: 'ES256', kid: keys[0].kid, typ: 'facestep-receipt+jwt' });
});

test('of several processes that start at once one makes the key, for its owner alone', async () => {
  const [one, ...others] = await Promise.all([start(), start(), start()]);
  const jws = await one!.sign('facestep-receipt+jwt', { n: 1 });
  for (const other of others) expect(await other.verify('facestep-receipt+jwt', jws)).toEqual({ n: 1 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('takes nothing it did not sign, as what it signs', async () => {
  const signer = await start();
  const jws = await signer.sign('facestep-receipt+jwt', { sub: 'ada' });
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const { current, keys } = JSON.parse(await readFile(file, 'utf8'));
  const { privateKey } = await generateKeyPair('ES256');
  const text = Buffer.from(payload, 'base64url');
  const typ = 'facestep-receipt+jwt';
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const publicJwk = JSON.stringify((await signer.publicKeys())[0]);
  const forged = [
    '',
    '..',
    'x'.repeat(100_000),
    `${header}.${payload}.`,
    `${header}.${encode({ sub: 'eve' })}.${signature}`,
    `${encode({ alg: 'none', kid: current, typ })}.${payload}.`,
    await new CompactSign(text).setProtectedHeader({ alg: 'ES256', kid: current, typ }).sign(privateKey),
    await new CompactSign(text).setProtectedHeader({ alg: 'ES256', kid: 'other', typ }).sign(privateKey),
    await new CompactSign(text).setProtectedHeader({ alg: 'ES256', kid: current, typ: 'JWT' }).sign(keys[0]),
    await new CompactSign(text).setProtectedHeader({ alg: 'HS256', kid: current, typ }).sign(Buffer.from(publicJwk)),
    await new CompactSign(Buffer.from('not JSON'))
      .setProtectedHeader({ alg: 'ES256', kid: current, typ })
      .sign(keys[0]),
  ];
  for (const each of forged) await expect(signer.verify('facestep-receipt+jwt', each)).rejects.toMatchObject(refused);
  expect(await signer.verify('facestep-receipt+jwt', jws)).toEqual({ sub: 'ada' });
});

test.each([
  ['nothing', ''],
  ['half a file', '{"format":"facestep-signing-keys-1","current":"a","keys":[{"kty":'],
  ['no key that signs', '{"format":"facestep-signing-keys-1","current":"a","keys":[]}'],
])('refuses a file with %s without quoting it', async (_name, text) => {
  await writeFile(file, text, { mode: 0o600 });
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
});

test('refuses a file that others can read', async () => {
  await start();
  await chmod(file, 0o640);
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
});
