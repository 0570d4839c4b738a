import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { runCli } from '../../../examples/demo/run-command.js';
import { type AuditDeps, createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { toVerified as event } from '../../../support/data/audited.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { createManualClock } from '../../../test/contract/state.js';
import { type RecordFilter, readRecordsOf } from '../../audit/records.js';
import { addSec } from '../../core/units.js';
import { createLocalSigner } from '../../storage/keys/local-signer.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import { csvHead, mergeRecords, toCsvRecord } from './audit.js';

let folder: string;
let clock: ReturnType<typeof createManualClock>;
beforeEach(() => {
  folder = createFolder('audit-cli');
  clock = createManualClock();
});

/** A data folder as a server leaves it. */
async function makeData(name: string, subjects: readonly string[]): Promise<AuditDeps> {
  const data = join(folder, name);
  mkdirSync(data, { mode: 0o700 });
  const file = join(data, 'audit.jsonl');
  const signer = await createLocalSigner({
    file: join(data, 'signing-keys.json'),
    random: systemRandom,
    clock,
    log: createTextLog(),
  });
  const state = createSqliteState({ file: join(data, 'state.db'), clock });
  const deps = createAuditDeps({ file, signer, state, clock });
  await withAudit(deps, async (audit) => {
    for (const subject of subjects) {
      await audit.append(event(subject));
      clock.advanceSec(60);
    }
  });
  await state.close();
  return deps;
}

describe('facestep audit verify', () => {
  test('reports a valid trail, and names the first bad line of an altered one', async () => {
    const { file } = await makeData('one', ['a', 'b', 'c']);
    const env = { FACESTEP_DATA: join(folder, 'one'), FACESTEP_CONFIG: '' };
    const sound = await runCli(['audit', 'verify'], env);
    expect(sound).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        `${file}: sound`,
        '  records       1 to 3',
        '  signed heads  1, the last of record 3',
        '  state store   has the head of record 3',
        '',
      ].join('\n'),
    });
    writeFileSync(file, readFileSync(file, 'utf8').replace('"subject":"b"', '"subject":"x"'));
    const edited = await runCli(['audit', 'verify'], env);
    expect(edited.code).toBe(1);
    expect(edited.stdout).toContain('NOT SOUND');
    rmSync(join(folder, 'one/audit-chain'));
    const unnamed = await runCli(['audit', 'verify'], env);
    expect(unnamed).toMatchObject({ code: 1, stdout: expect.stringMatching(/no name +the file with the name/) });
    expect(edited.stdout).toMatch(/edited +line 2 of audit\.jsonl, record 2: was changed/);
  });

  test('accepts trails and signing keys of other installations, and reports the missing input', async () => {
    const one = await makeData('one', ['a']);
    const two = await makeData('two', ['b', 'c']);
    const keys = [...(await one.signer.publicKeys()), ...(await two.signer.publicKeys())];
    const jwks = join(folder, 'jwks.json');
    writeFileSync(jwks, JSON.stringify({ keys }));
    const trails = ['--trail', join(folder, 'one'), '--trail', join(folder, 'two')];
    const env = { FACESTEP_DATA: folder, FACESTEP_CONFIG: '' };
    const both = await runCli(['audit', 'verify', ...trails, '--jwks', jwks, '--json'], env);
    expect(both).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(both.stdout)).toMatchObject([
      { file: one.file, isSound: true, lastSequence: 1, state: { kind: 'not asked' } },
      { file: two.file, isSound: true, lastSequence: 2 },
    ]);
    const [without, nowhere, noSet] = await Promise.all([
      runCli(['audit', 'verify', ...trails], env),
      runCli(['audit', 'verify', '--jwks', jwks], env),
      runCli(['audit', 'verify', ...trails, '--jwks', one.file], env),
    ]);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('o signing keys') });
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('no audit trail') });
    expect(noSet).toMatchObject({ code: 2, stderr: expect.stringContaining('no JSON Web Key Set') });
  });
});

describe('facestep audit export', () => {
  const run = async (files: readonly string[], filter: RecordFilter = {}) => {
    const found: [number, string][] = [];
    for await (const { time, subject } of mergeRecords(files, filter)) found.push([time, subject]);
    return found;
  };

  test('merges trails by time and exports only the selected records', async () => {
    const start = clock.now();
    const one = await makeData('one', ['a', 'b', 'c']);
    clock.advanceSec(-150);
    const two = await makeData('two', ['d', 'a']);
    const files = [one.file, two.file];
    expect((await run(files)).map(([, subject]) => subject)).toEqual(['a', 'd', 'b', 'a', 'c']);
    expect(await run(files, { subjects: [{ connection: null, subject: 'a' }] })).toEqual([
      [start, 'a'],
      [addSec(start, 90), 'a'],
    ]);
    expect(await run(files, { since: addSec(start, 60), until: addSec(start, 90) })).toEqual([
      [addSec(start, 60), 'b'],
    ]);
    expect(await run(files, { connection: 'other' })).toEqual([]);
    expect(await run(files, { subjects: [{ connection: 'other', subject: 'a' }] })).toEqual([]);
    expect(await run(files, { action: 'verified', subjects: [{ connection: 'work', subject: 'd' }] })).toHaveLength(1);
  });

  test('returns only the records of the requested user at the requested connection', async () => {
    const { file } = await makeData('one', ['a', 'b', 'a']);
    expect((await readRecordsOf(file, { connection: 'work', subject: 'a' })).records).toHaveLength(2);
    expect((await readRecordsOf(file, { connection: 'other', subject: 'a' })).records).toEqual([]);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
    'writes the subject %j as text and not as a spreadsheet formula',
    (subject) => {
      const record = { trail: 't', sequence: 1, time: clock.now(), action: 'a', connection: 'c', subject, detail: {} };
      expect(toCsvRecord(record)).toContain(`,"'${subject}",`);
    },
  );

  test('prints CSV with a header row, and reports an invalid time', async () => {
    await makeData('one', ['a', 'b']);
    const env = { FACESTEP_DATA: join(folder, 'one'), FACESTEP_CONFIG: '' };
    const [csv, wrong] = await Promise.all([
      runCli(['audit', 'export', '--format', 'csv', '--subject', 'b'], env),
      runCli(['audit', 'export', '--since', 'yesterday'], env),
    ]);
    expect(csv.code).toBe(0);
    expect(csv.stdout.split('\n')).toEqual([
      csvHead,
      expect.stringContaining(',"2","verified","work","b","{""tokenId"":""t""}"'),
      '',
    ]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Expected a day') });
  });
});
