import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { tokenChange } from '../../../support/benches/audit.js';
import { runHere } from '../../../support/benches/cli.js';
import { runInProcess } from '../../../support/benches/command.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { kmsEnvironment, startKms } from '../../../support/servers/kms/index.js';
import { createManualClock } from '../../../test/contract/state.js';
import { problemsOf } from '../../config/problem.js';
import { keptConfigGuard } from '../../config/schema.js';
import { addSec, toIso } from '../../core/units.js';
import { createLocalKeys } from '../../storage/keys/local.js';
import { createLocalSigner, signerOverlapSec } from '../../storage/keys/local-signer.js';

let folder: string;
let clock: ReturnType<typeof createManualClock>;
const log = createTextLog();
beforeEach(async () => {
  folder = createFolder('keys-cli');
  await mkdir(join(folder, 'data'));
  clock = createManualClock();
});

const fileOf = (name: string): string => join(folder, 'data', name);

/** Runs a command with a configuration. */
async function run(line: string, keys: object = { kind: 'local' }, audit: object = {}, ofSecrets: number[] = []) {
  const loadKept = async () => keptConfigGuard.parse({ dataFolder: join(folder, 'data'), keys, audit });
  const args = ['keys', ...line.split(' ')];
  const { printed, told, exitCode } = await runInProcess(args, {
    clock,
    log,
    fetch,
    loadKept,
    readSealedVersions: async () => ofSecrets,
  });
  return { code: exitCode, out: printed.join('\n'), err: told.join('\n') };
}

/** What a first start of the server makes. */
async function makeKeys() {
  const deps = { clock, log, random: systemRandom };
  return {
    keys: await createLocalKeys({ file: fileOf('keys.json'), ...deps }),
    signer: await createLocalSigner({ file: fileOf('signing-keys.json'), ...deps }),
  };
}

const written = new Map<string, number>();
function record(trail: string, action: string, detail: object, subject = 'ada'): void {
  const sequence = (written.get(trail) ?? 0) + 1;
  written.set(trail, sequence);
  const event = { sequence, time: toIso(clock.now()), previous: '', action, connection: 'work', subject, detail };
  appendFileSync(trail, `${JSON.stringify(event)}\n`);
}

const made = { keyVersion: 1, photos: 3, kind: 'enrolment', former: null, formerExpiresAt: null };
const never = { ...made, expiresAt: null };
const tokensOf = async (line = 'list --json') => {
  const { out } = await run(line);
  const { sealing, counted } = JSON.parse(out);
  const byVersion = sealing.map(({ version, tokens }: { version: number; tokens: number }) => [version, tokens]);
  return { ...Object.fromEntries(byVersion), unknown: counted.ofUnknownVersion };
};

describe('the list of keys', () => {
  test('counts valid tokens per sealing key version over the trails of all replicas', async () => {
    const { keys } = await makeKeys();
    await keys.rotate();
    const mine = fileOf('audit.jsonl');
    const theirs = join(folder, 'other.jsonl');
    const day = 86_400;
    const soon = toIso(addSec(clock.now(), day));

    record(mine, 'enrolled', { tokenId: 'stays', ...never });
    record(mine, 'enrolled', { tokenId: 'expires', ...made, expiresAt: soon });
    record(mine, 'enrolled', { tokenId: 'replaced', ...never });
    record(theirs, 'enrolled', { tokenId: 'successor', ...never, former: 'replaced' });
    record(theirs, 'renewed', { tokenId: 'renewal', ...made, keyVersion: 2, expiresAt: soon, former: 'expires' });
    record(mine, 'enrolled', { tokenId: 'revoked', ...never });
    record(theirs, 'revoked', { tokenId: 'revoked' });
    record(mine, 'enrolled', { tokenId: 'erased', ...never });
    record(theirs, 'subject_erased', { receiptId: 'r', tokenId: 'erased', by: 'owner' });
    record(mine, 'enrolment_begun', tokenChange('begun'));
    record(mine, 'enrolment_begun', tokenChange('refused'));
    record(mine, 'enrolment_refused', { ...tokenChange('refused'), code: 'profile_unavailable', recovered: false });
    record(mine, 'enrolled', { tokenId: 'gone', ...never }, 'grace');
    record(mine, 'enrolled', { tokenId: 'of-another-service', ...never, keyVersion: null });
    clock.advanceSec(1);
    record(mine, 'revoked', { tokenId: null }, 'grace');
    record(mine, 'verified', { tokenId: 'somewhere-else', keyVersion: 1 });
    appendFileSync(mine, '{"sequence":99,"action":"enrolled","detail":{"tokenId":"cut o');

    expect(await tokensOf()).toEqual({ 1: 6, 2: 0, unknown: 2 });
    expect(await tokensOf(`list --json --trail ${theirs}`)).toEqual({ 1: 3, 2: 1, unknown: 2 });
    clock.advanceSec(day);
    // The renewal ends when the token it came from would have.
    expect(await tokensOf(`list --json --trail ${theirs}`)).toEqual({ 1: 3, 2: 0, unknown: 2 });
    expect((await run('list --trail /nowhere')).code).toBe(2);
    expect((await run('list --trail /nowhere.jsonl')).code).toBe(2);
  });

  test('shows the current key version and no key material', async () => {
    const { signer } = await makeKeys();
    const { kid } = await signer.rotate();
    const { out } = await run('list');
    expect(out).toContain(`  ${kid}: published, signs from ${toIso(addSec(clock.now(), signerOverlapSec))}`);
    expect(out).toContain('without --trail are not counted');
    expect(out).not.toContain('Records are kept');
    expect((await run('list', undefined, { retentionDays: 90 })).out).toContain('Records are kept for 90 days');
    const secrets = ['keys.json', 'signing-keys.json'].flatMap((name) =>
      [...readFileSync(fileOf(name), 'utf8').matchAll(/"(?:key|d)": "([^"]+)"/g)].map(([, value]) => value!),
    );
    expect(secrets).toHaveLength(3);
    for (const secret of secrets) expect(out).not.toContain(secret);
  });
});

describe('the rotation of a key', () => {
  test('creates a version that seals new tokens, also in a running server', async () => {
    const { keys } = await makeKeys();
    expect(await run('rotate')).toMatchObject({ code: 0, out: expect.stringContaining('Version 2 seals new tokens') });
    expect(await keys.currentVersion()).toBe(2);
  });

  test('publishes a new signing key before its use; a second rotation is refused until then', async () => {
    const { signer } = await makeKeys();
    expect((await run('rotate --signing')).out).toContain('is published now, and signs from');
    expect(await signer.turns()).toHaveLength(2);
    expect(await run('rotate --signing')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not active yet'),
    });
  });
});

describe('the retirement of a key', () => {
  test('prints the number of tokens in use, and destroys a key only if that number is confirmed', async () => {
    const { keys } = await makeKeys();
    record(fileOf('audit.jsonl'), 'enrolled', { tokenId: 'a', ...never });
    expect((await run('retire 1')).err).toContain('seals new tokens');
    await run('rotate');
    expect((await run('retire 1 --confirm 1', undefined, {}, [1])).err).toContain('seals secrets of the configuration');
    const asked = await run('retire 1');
    expect(asked).toMatchObject({ code: 1, out: expect.stringContaining('Version 1 has sealed 1 token in use.') });
    expect(asked.out).toContain('facestep keys retire 1 --confirm 1');
    expect((await run('retire 1 --confirm 0')).code).toBe(1);
    expect(await keys.versions()).toEqual([1, 2]);
    expect(await run('retire 1 --confirm 1')).toMatchObject({ code: 0, err: '' });
    await expect(keys.mac(1, new Uint8Array(1))).rejects.toMatchObject({ code: 'token_key_retired' });
    expect((await run('retire 1 --confirm 1')).code).toBe(2);
    expect((await run('retire first')).code).toBe(2);
  });

  test('a retired signing key no longer verifies signatures', async () => {
    const { signer } = await makeKeys();
    const [first] = (await signer.turns()).map(({ kid }) => kid);
    const jws = await signer.sign('facestep-receipt+jwt', {});
    expect((await run(`retire --signing ${first}`)).code).toBe(2);
    await signer.rotate();
    clock.advanceSec(signerOverlapSec);
    expect((await run(`retire --signing ${first}`)).code).toBe(0);
    await expect(signer.verify('facestep-receipt+jwt', jws)).rejects.toMatchObject({ code: 'receipt_invalid' });
  });
});

describe('with AWS KMS', () => {
  test('lists unusable keys; rotate and retire print instructions and change nothing', async () => {
    Object.assign(process.env, kmsEnvironment);
    const kms = await startKms();
    const first = kms.createKey('HMAC_256');
    const second = kms.createKey('HMAC_512');
    const keys = {
      kind: 'aws-kms',
      region: kms.region,
      endpoint: kms.url,
      current: 1,
      sealing: [
        { version: 1, keyId: first },
        { version: 2, keyId: second },
      ],
      signing: { keyId: kms.createKey('ECC_NIST_P256') },
    };
    kms.disable(keys.signing.keyId);
    try {
      const listed = await run('list', keys);
      expect(listed.code).toBe(1);
      expect(listed.out).toContain('version 1: 0 tokens in use, seals new ones');
      expect(listed.out).toContain('version 2: 0 tokens in use, NOT USABLE: HMAC_512 does not fit');
      expect(listed.out).toContain(`${keys.signing.keyId}: signs, NOT USABLE: Disabled`);
      expect((await run('rotate', keys)).out).toContain('"version": 3');
      expect((await run('rotate --signing', keys)).out).toContain('ECC_NIST_P256');
      expect((await run('retire 2', keys)).out).toContain(`disable-key --region ${kms.region} --key-id ${second}`);
      expect(kms.calls.every((each) => each === 'DescribeKey')).toBe(true);
    } finally {
      await kms.close();
    }
  });
});

test('keys, backup and restore run without the secrets of a stopped service', async () => {
  await makeKeys();
  const backup = join(folder, 'backup');
  expect(await runHere(['backup', backup], { FACESTEP_DATA: join(folder, 'data') })).toMatchObject({ code: 0 });
  const config = join(folder, 'facestep.json');
  const gone = { file: '/run/credentials/facestep.service/admin-key' };
  writeFileSync(config, JSON.stringify({ dataFolder: join(folder, 'data'), adminKey: gone }));
  const env = { FACESTEP_CONFIG: config };
  expect(await runHere(['provision', 'work', '--plan'], env).catch(problemsOf)).toMatchObject([{ path: 'adminKey' }]);
  const other = ['backup', join(folder, 'other')];
  for (const command of [['keys', 'list'], ['keys', 'rotate'], other, ['restore', backup, '--replace']])
    expect([command, await runHere(command, env)]).toMatchObject([command, { code: 0, stderr: '' }]);
});
