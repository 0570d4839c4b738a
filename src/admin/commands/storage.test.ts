import { readFileSync, writeFileSync } from 'node:fs';
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
import { auditEvents } from '../../app/audit-events.js';
import { recordEntries, toEntry } from '../../audit/ledger/record.js';
import { problemsOf } from '../../config/problem.js';
import { storedConfigGuard } from '../../config/schema.js';
import type { AuditEvent } from '../../core/audit-events.js';
import { addSec, toIso } from '../../core/units.js';
import { createLocalKeys } from '../../storage/keys/local.js';
import { createLocalSigner, signerOverlapSec } from '../../storage/keys/local-signer.js';
import { createSqliteLedger } from '../../storage/state/ledger-sqlite.js';

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
async function run(line: string, keys: object = { kind: 'local' }, ofSecrets: number[] = []) {
  const loadStored = async () => storedConfigGuard.parse({ dataFolder: join(folder, 'data'), keys });
  const args = ['keys', ...line.split(' ')];
  const { printed, told, exitCode } = await runInProcess(args, {
    clock,
    log,
    fetch,
    loadKept: loadStored,
    loadStored,
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

/** Enrols people as replicas do. `keyVersion` is `null` for a token of another service. */
type Noted = readonly [subject: string, keyVersion: number | null, expiresAt?: string];
const enrol = (...people: readonly Noted[]) => note('enrolled', people);
const note = (action: 'enrolled' | 'renewed', people: readonly Noted[]): Promise<void> =>
  record(
    people.map(([subject, keyVersion, expiresAt = null]) => {
      const detail = { ...tokenChange(subject), keyVersion, expiresAt };
      return { action, connection: 'work', subject, detail };
    }),
  );

async function record(events: readonly AuditEvent[]): Promise<void> {
  const ledger = await createSqliteLedger(fileOf('ledger.db'));
  const entries = events.flatMap((event, sequence) => {
    const at = { time: clock.now(), sequence, request: null };
    return toEntry({ ...event, ...at }, 'c'.repeat(32), null, { auditEvents }) ?? [];
  });
  await recordEntries(entries, { ledger, bounds: { days: 90, entries: 1000 }, clock });
  await ledger.close();
}

const countListed = async () => {
  const { out } = await run('list');
  return [...out.matchAll(/^ {2}(?:version \d|of an unknown version): (\d+) people/gm)].map(([, count]) =>
    Number(count),
  );
};

describe('the list of keys', () => {
  test('counts the enrolled people of all replicas by key version; a destroyed key has no enrolled people', async () => {
    const { keys } = await makeKeys();
    await keys.rotate();
    expect(await countListed()).toEqual([0, 0]);
    await enrol(['ada', 1], ['bob', 1], ['eve', 2], ['of-another-service', null]);
    await enrol(['soon', 2, toIso(addSec(clock.now(), 60))]);
    clock.advanceSec(1);
    await enrol(['bob', 2]);
    expect(await countListed()).toEqual([1, 3, 1]);
    await note('renewed', [
      ['ada', 2],
      ['not-enrolled', 2],
    ]);
    clock.advanceSec(60);
    expect(await countListed()).toEqual([0, 3, 1]);
    const detail = { use: 'sealing', name: '2', by: 'owner' } as const;
    await record([{ action: 'key_destroyed', connection: '', subject: '', detail }]);
    expect(await countListed()).toEqual([0, 0, 1]);
  });

  test('shows the current key version and no key material', async () => {
    const { signer } = await makeKeys();
    const { kid } = await signer.rotate();
    const { out } = await run('list');
    expect(out).toContain(`  ${kid}: published, signs from ${toIso(addSec(clock.now(), signerOverlapSec))}`);
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
  test('prints the number of people with its tokens, and destroys a key only if that number is confirmed', async () => {
    const { keys } = await makeKeys();
    await enrol(['ada', 1]);
    expect((await run('retire 1')).err).toContain('seals new tokens');
    await run('rotate');
    expect((await run('retire 1 --confirm 1', undefined, [1])).err).toContain('seals secrets of the configuration');
    const asked = await run('retire 1');
    expect(asked).toMatchObject({
      code: 1,
      out: expect.stringContaining('Version 1 has sealed the tokens of at most 1 person.'),
    });
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
    const listed = await run('list', keys);
    expect(listed.code).toBe(1);
    expect(listed.out).toContain('version 1: 0 people, seals new ones');
    expect(listed.out).toContain('version 2: 0 people, NOT USABLE: HMAC_512 does not fit');
    expect(listed.out).toContain(`${keys.signing.keyId}: signs, NOT USABLE: Disabled`);
    expect((await run('rotate', keys)).out).toContain('"version": 3');
    expect((await run('rotate --signing', keys)).out).toContain('ECC_NIST_P256');
    expect((await run('retire 2', keys)).out).toContain(`disable-key --region ${kms.region} --key-id ${second}`);
    expect(kms.calls.every((each) => each === 'DescribeKey')).toBe(true);
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
