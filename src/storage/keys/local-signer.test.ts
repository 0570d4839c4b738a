import { randomBytes } from 'node:crypto';
import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createTextLog } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { runSignerContract } from '../../../test/contract/signer.js';
import { createManualClock } from '../../../test/contract/state.js';
import { createLocalSigner, type LocalSigner, signerOverlapSec } from './local-signer.js';

const typ = 'facestep-receipt+jwt';
let file: string;
let clock: ReturnType<typeof createManualClock>;
let log: ReturnType<typeof createTextLog>;

beforeEach(() => {
  file = join(createFolder('signer'), 'signing-keys.json');
  clock = createManualClock();
  log = createTextLog();
});

const start = (at = clock): Promise<LocalSigner> =>
  createLocalSigner({ file, clock: at, log, random: (bytes) => randomBytes(bytes) });

runSignerContract('local file', async () => {
  const signer = await start();
  return {
    signer,
    restart: () => start(),
    close: async () => {},
    async replace() {
      await signer.rotate();
      clock.advanceSec(signerOverlapSec);
    },
  };
});

const secretsIn = async (): Promise<number> => (await readFile(file, 'utf8')).split('"d"').length - 1;
const kidsOf = async (signer: LocalSigner) => (await signer.publicKeys()).map(({ kid }) => kid);
const signingKid = async (signer: LocalSigner): Promise<unknown> =>
  JSON.parse(Buffer.from((await signer.sign(typ, {})).split('.')[0]!, 'base64url').toString()).kid;

test('one of several concurrent processes creates the key file, readable only by its owner', async () => {
  const [one, ...others] = await Promise.all([start(), start(), start()]);
  const jws = await one!.sign(typ, { n: 1 });
  for (const other of others) expect(await other.verify(typ, jws)).toEqual({ n: 1 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a new key is published for the overlap before it signs, in all processes, and only one can be pending', async () => {
  const mine = await start();
  const theirs = await start();
  const [first] = await kidsOf(mine);
  const { kid: next, signsFrom } = await theirs.rotate();
  expect(signsFrom - clock.now()).toBe(signerOverlapSec * 1000);
  await expect(mine.rotate()).rejects.toMatchObject({ code: 'request_malformed' });
  clock.advanceSec(signerOverlapSec - 1);
  expect(await kidsOf(mine)).toEqual([first, next]);
  expect(await signingKid(mine)).toBe(first);
  clock.advanceSec(1);
  expect(await kidsOf(mine)).toEqual([next, first]);
  expect(await signingKid(mine)).toBe(next);
  expect(await mine.turns()).toMatchObject([
    { kid: first, isSigning: false },
    { kid: next, isSigning: true },
  ]);
});

test('the private key is deleted at the end of its signing period', async () => {
  const signer = await start();
  await signer.rotate();
  await signer.sign(typ, {});
  expect(await secretsIn()).toBe(2);
  clock.advanceSec(signerOverlapSec);
  await signer.sign(typ, {});
  expect(await secretsIn()).toBe(1);
  expect(await kidsOf(signer)).toHaveLength(2);
});

test('a server whose clock is behind uses the next key after the last private key was deleted', async () => {
  const behind = await start(createManualClock());
  const signer = await start();
  const { kid: next } = await signer.rotate();
  clock.advanceSec(signerOverlapSec);
  const jws = await signer.sign(typ, {});
  expect(await secretsIn()).toBe(1);
  expect(await signingKid(behind)).toBe(next);
  expect(await behind.verify(typ, jws)).toEqual({});
  expect((await kidsOf(behind))[0]).toBe(next);
  expect(await behind.turns()).toMatchObject([{ isSigning: false }, { kid: next, isSigning: true }]);
  await expect(behind.retire(next)).rejects.toMatchObject({ code: 'request_malformed' });
});

test('a retired key is invalid at once; the signing key and unknown keys cannot be retired', async () => {
  const signer = await start();
  const [first] = (await signer.turns()).map(({ kid }) => kid);
  const jws = await signer.sign(typ, {});
  await expect(signer.retire(first!)).rejects.toMatchObject({ code: 'request_malformed' });
  await signer.rotate();
  clock.advanceSec(signerOverlapSec);
  await expect(signer.retire('other')).rejects.toMatchObject({ code: 'request_malformed' });
  await (await start()).retire(first!);
  await expect(signer.verify(typ, jws)).rejects.toMatchObject({ code: 'receipt_invalid' });
  expect(await kidsOf(signer)).toHaveLength(1);
});

test('a key file without a key, or readable by others, is refused', async () => {
  await writeFile(file, '{"format":"facestep-signing-keys-2","keys":[]}', { mode: 0o600 });
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
  await rm(file);
  await start();
  await chmod(file, 0o640);
  await expect(start()).rejects.toMatchObject({ code: 'config_invalid' });
});
