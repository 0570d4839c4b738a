import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { type AuditDeps, createAuditDeps, withAudit } from '../../support/benches/audit.js';
import { toVerified as event } from '../../support/data/audited.js';
import { createTestSigner } from '../../support/fakes/keys.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createFolder } from '../../support/run/folder.js';
import { chainFileOf, headsFileOf } from './trail-files.js';
import { type TrailReport, verifyTrail } from './verify.js';

const folder = createFolder('verify');
let files = 0;

/** A closed trail of so many records, and its state store. */
async function makeTrail(records: number, given: Partial<AuditDeps> = {}): Promise<AuditDeps> {
  files += 1;
  const deps = createAuditDeps({ file: join(folder, `${files}.jsonl`), ...given });
  await addTo(deps, records);
  return deps;
}

const addTo = (deps: AuditDeps, records: number): Promise<void> =>
  withAudit(deps, async (audit) => {
    for (let count = 0; count < records; count += 1) await audit.append(event(`user ${count}`));
  });

async function verify(deps: AuditDeps, state: AuditDeps['state'] | null = null): Promise<TrailReport> {
  const keys = (await deps.signer.publicKeys()).map(({ kid, ...key }) => ({ ...key, kty: 'EC', kid: String(kid) }));
  return verifyTrail(deps.file, { keys: { keys }, state, clock: deps.clock });
}

const linesOf = ({ file }: { readonly file: string }): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const write = ({ file }: { readonly file: string }, lines: readonly string[]): void =>
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));

/** What a server on a disk of its own would have written next. */
const chain = (lines: readonly string[], record: object): string => {
  const last = lines.at(-1)!;
  const previous = createHash('sha256').update(last).digest('hex');
  return JSON.stringify({ ...JSON.parse(last), sequence: JSON.parse(last).sequence + 1, previous, ...record });
};

test('a closed trail is valid up to its last record, and the state store has its head', async () => {
  const deps = await makeTrail(7);
  expect(await verify(deps, deps.state)).toMatchObject({
    isSound: true,
    tampering: null,
    firstSequence: 1,
    lastSequence: 7,
    heads: { verified: 1, lastSequence: 7, unknownKey: 0, invalid: null, isForeign: false },
    state: { kind: 'head', sequence: 7 },
  });
});

const renumber = (line: string): string => line.replace(/"sequence":\d+/, '"sequence":90');
const rewrite = (lines: readonly string[]): string[] => {
  const rewritten = lines.slice(0, 4);
  while (rewritten.length < lines.length) rewritten.push(chain(rewritten, { subject: 'x' }));
  return rewritten;
};

describe('verify names the first bad line and the kind of tampering for', () => {
  test.each<[string, (lines: string[]) => string[], kind: string, line: number | null, sequence: number]>([
    ['a changed subject', (lines) => lines.with(3, lines[3]!.replace('user 3', 'user 9')), 'edited', 4, 4],
    ['a changed number', (lines) => lines.with(3, renumber(lines[3]!)), 'edited', 4, 90],
    ['a changed digest', (lines) => lines.with(3, lines[3]!.replace(/"previous":"./, '"previous":"z')), 'edited', 4, 4],
    ['a line that is no longer a record', (lines) => lines.with(3, 'nothing'), 'edited', 4, 4],
    ['a changed first line', (lines) => lines.with(0, lines[0]!.replace('user 0', 'user 9')), 'edited', 1, 1],
    ['a removed line', (lines) => lines.toSpliced(3, 1), 'deleted', 4, 4],
    ['several removed lines', (lines) => lines.toSpliced(3, 3), 'deleted', 4, 4],
    ['a removed first line', (lines) => lines.slice(1), 'deleted', 1, 1],
    ['two swapped lines', (lines) => lines.with(3, lines[5]!).with(5, lines[3]!), 'reordered', 4, 6],
    ['a copied line', (lines) => lines.toSpliced(6, 0, lines[2]!), 'inserted', 7, 3],
    ['an inserted line', (lines) => lines.toSpliced(3, 0, '{}'), 'inserted', 4, 4],
    ['an inserted empty line', (lines) => lines.toSpliced(3, 0, ''), 'inserted', 4, 4],
    ['a second writer', (lines) => lines.toSpliced(5, 0, chain(lines.slice(0, 4), { subject: 'x' })), 'forked', 6, 5],
    ['removed last lines', (lines) => lines.slice(0, -2), 'truncated', null, 9],
    ['removal of all lines', () => [], 'truncated', null, 1],
    ['a recomputed chain', (lines) => rewrite(lines), 'rewritten', 10, 10],
  ])('%s', async (_name, tamper, kind, line, sequence) => {
    const deps = await makeTrail(10);
    write(deps, tamper(linesOf(deps)));
    const { tampering, isSound } = await verify(deps);
    expect(tampering).toEqual({ kind, place: line === null ? null : { file: deps.file, line }, sequence });
    expect(isSound).toBe(false);
  });

  test('verify detects a trail and a heads file that were both rolled back, by the later head in the state store', async () => {
    const deps = await makeTrail(5);
    const lines = linesOf(deps);
    const heads = readFileSync(headsFileOf(deps.file), 'utf8');
    await addTo(deps, 5);
    write(deps, lines);
    writeFileSync(headsFileOf(deps.file), heads);
    expect((await verify(deps)).isSound).toBe(true);
    expect(await verify(deps, deps.state)).toMatchObject({ tampering: { kind: 'truncated', sequence: 6 } });
    // And the server that goes on from there does not hide it: what was signed stays.
    await addTo(deps, 2);
    expect(await verify(deps, deps.state)).toMatchObject({ tampering: { kind: 'truncated', sequence: 8 } });
    await addTo(deps, 5);
    await addTo(deps, 5);
    writeFileSync(headsFileOf(deps.file), heads);
    expect(await verify(deps, deps.state)).toMatchObject({ tampering: { kind: 'rewritten', sequence: 10 } });
  });
});

test('verify detects every single change of a trail', async () => {
  const deps = await makeTrail(25);
  const original = linesOf(deps);
  const index = fc.nat(original.length - 1);
  const edit = fc.tuple(index, fc.nat(1000), fc.string({ minLength: 1, maxLength: 3 })).map(([at, position, text]) => {
    const line = original[at]!;
    const from = position % line.length;
    return original.with(at, line.slice(0, from) + text.replaceAll('\n', ' ') + line.slice(from + text.length));
  });
  const change = fc.oneof(
    edit,
    fc.tuple(index, fc.integer({ min: 1, max: 25 })).map(([at, count]) => original.toSpliced(at, count)),
    fc.tuple(index, index).map(([a, b]) => original.with(a, original[b]!).with(b, original[a]!)),
    fc.tuple(index, index).map(([at, from]) => original.toSpliced(at, 0, original[from]!)),
    fc.tuple(index, index).map(([from, to]) => original.toSpliced(from, 1).toSpliced(to, 0, original[from]!)),
    index.map((length) => original.slice(0, length)),
  );
  const same = original.join('\n');
  await fc.assert(
    fc.asyncProperty(change, async (lines) => {
      fc.pre(lines.join('\n') !== same);
      write(deps, lines);
      expect((await verify(deps)).isSound).toBe(false);
    }),
    { numRuns: 300 },
  );
});

describe('the remains of a crash do not count as tampering:', () => {
  test('an unfinished last line, and an unfinished line before later records', async () => {
    const deps = await makeTrail(3);
    const whole = readFileSync(deps.file, 'utf8');
    writeFileSync(deps.file, `${whole}{"sequence":4,"ti`);
    expect(await verify(deps)).toMatchObject({ isSound: true, lastSequence: 3, unfinishedLines: 1 });
    await addTo(deps, 0);
    expect(await verify(deps)).toMatchObject({ isSound: true, heads: { verified: 2, lastSequence: 3 } });
    await addTo(deps, 2);
    expect(await verify(deps)).toMatchObject({ isSound: true, lastSequence: 5, unfinishedLines: 1 });
  });

  test('records after the last signed head', async () => {
    const deps = await makeTrail(3);
    write(deps, [...linesOf(deps), chain(linesOf(deps), {})]);
    const heads = { lastSequence: 3 };
    expect(await verify(deps, deps.state)).toMatchObject({ isSound: true, lastSequence: 4, heads });
  });

  test('a truncated head, which the next start removes', async () => {
    const deps = await makeTrail(3);
    const heads = headsFileOf(deps.file);
    writeFileSync(heads, `${readFileSync(heads, 'utf8')}eyJhbGci`);
    expect(await verify(deps)).toMatchObject({ isSound: true });
    await addTo(deps, 1);
    expect(await verify(deps)).toMatchObject({ isSound: true, heads: { verified: 2, lastSequence: 4 } });
  });
});

describe('signed heads', () => {
  test('are reported if altered or from another trail', async () => {
    const deps = await makeTrail(3);
    const other = await makeTrail(3);
    const heads = headsFileOf(deps.file);
    const text = readFileSync(heads, 'utf8');
    writeFileSync(heads, text.replace(/.{9}\n/, 'AAAAAAAAA\n'));
    expect(await verify(deps)).toMatchObject({ isSound: false, heads: { invalid: { file: heads, line: 1 } } });
    writeFileSync(heads, text + readFileSync(headsFileOf(other.file), 'utf8'));
    expect(await verify(deps)).toMatchObject({ isSound: false, heads: { isForeign: true } });
  });

  test('are counted as unknown if signed with an unpublished key, and the trail is invalid', async () => {
    const deps = await makeTrail(3);
    const stranger = { ...deps, signer: await createTestSigner() };
    expect(await verify(stranger)).toMatchObject({ isSound: false, heads: { verified: 0, unknownKey: 1 } });
  });

  test('are invalid with another JWS type, even if this server signed them', async () => {
    const deps = await makeTrail(3);
    const heads = headsFileOf(deps.file);
    const [head] = readFileSync(heads, 'utf8').split('\n');
    const receipt = await deps.signer.sign('facestep-receipt+jwt', decodeJwt(head!));
    writeFileSync(heads, `${receipt}\n`);
    expect(await verify(deps)).toMatchObject({ isSound: false, heads: { verified: 0, invalid: { line: 1 } } });
  });

  test('are reported as deleted by means of the head in the state store; a store without a head is reported as well', async () => {
    const deps = await makeTrail(3);
    rmSync(headsFileOf(deps.file));
    write(deps, linesOf(deps).slice(0, 1));
    expect(await verify(deps, deps.state)).toMatchObject({ tampering: { kind: 'truncated' } });
    const empty = createAuditDeps({ file: deps.file }).state;
    expect(await verify(await makeTrail(3), empty)).toMatchObject({ isSound: false, state: { kind: 'no head' } });
  });
});

describe('the file with the chain’s name', () => {
  /** Cut back to its first record, with no head next to it. */
  const cut = (deps: AuditDeps): void => {
    rmSync(headsFileOf(deps.file));
    write(deps, linesOf(deps).slice(0, 1));
  };

  test('if the chain-name file is deleted after a truncation, verify reports an invalid trail and the server refuses to append', async () => {
    const deps = await makeTrail(3);
    cut(deps);
    rmSync(chainFileOf(deps.file));
    expect(await verify(deps, deps.state)).toMatchObject({ isSound: false, chain: null, tampering: null });
    await expect(addTo(deps, 1)).rejects.toMatchObject({
      code: 'state_unavailable',
      detail: { problem: expect.stringContaining(chainFileOf(deps.file)) },
    });
    expect(linesOf(deps)).toHaveLength(1);
    // As docs/audit.md says it: all of them put away.
    rmSync(deps.file);
    await addTo(deps, 2);
    expect(await verify(deps, deps.state)).toMatchObject({ isSound: true, lastSequence: 2 });
  });

  test('if the chain-name file is altered after a truncation, the trail is reported as never signed after five minutes', async () => {
    const clock = createManualClock();
    const deps = await makeTrail(3, { clock });
    cut(deps);
    writeFileSync(chainFileOf(deps.file), `${'a'.repeat(32)}\n`);
    expect(await verify(deps, deps.state)).toMatchObject({ isSound: true, state: { kind: 'no head' } });
    clock.advanceSec(5 * 60 + 1);
    expect(await verify(deps, deps.state)).toMatchObject({ isSound: false, isNeverSigned: true });
  });
});
