import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type AuditDeps, createAuditDeps, withAudit } from '../../support/benches/audit.js';
import { toVerified as event } from '../../support/data/audited.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { createManualClock } from '../../test/contract/state.js';
import { auditEvents } from '../app/audit-events.js';
import { toCode } from '../errors.js';
import { readEvents } from './events.js';
import { createFileAudit } from './file.js';
import { createFollower } from './follow.js';
import { closedFileOf, closedSegmentsOf, compressionDraftOf, isCompressed } from './trail-files.js';
import { verifyTrail } from './verify.js';

const day = 86_400;
let folder: string;
let clock: ReturnType<typeof createManualClock>;
let deps: AuditDeps;
beforeEach(() => {
  folder = createFolder('segments');
  clock = createManualClock();
  deps = createAuditDeps({ file: join(folder, 'audit.jsonl'), clock });
});

const verify = async () => {
  const keys = (await deps.signer.publicKeys()).map((key) => ({ ...key, kty: 'EC' }));
  return verifyTrail(deps.file, { keys: { keys }, state: deps.state, clock: deps.clock });
};

const subjects = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const record of readEvents(deps.file, ['verified'], auditEvents)) found.push(record.subject);
  return found;
};

const segments = async () => (await closedSegmentsOf(deps.file)).map(({ lastSequence }) => lastSequence);

/** One record a day. */
const writeDays = (count: number, from = 0): Promise<void> =>
  withAudit(deps, async (audit) => {
    for (let each = from; each < from + count; each += 1) {
      await audit.append(event(`day ${each}`));
      clock.advanceSec(day);
    }
  });

/** Opens the trail until all closed files but the newest are compressed. */
const untilCompressed = (): Promise<void> =>
  withAudit(deps, async () => {
    await until(async () => {
      const [first, second] = await closedSegmentsOf(deps.file);
      return isCompressed(first!.file) && !isCompressed(second!.file);
    });
  });

describe('a segment', () => {
  test('is closed after a week; the chain continues in the next, and all are read as one trail', async () => {
    await writeDays(20);
    expect(await segments()).toEqual([7, 14]);
    expect(await subjects()).toEqual(Array.from({ length: 20 }, (_, index) => `day ${index}`));
    expect(await verify()).toMatchObject({ isSound: true, firstSequence: 1, lastSequence: 20 });
    for (const name of readdirSync(folder))
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  test('is compressed when a newer one is closed; a crash meanwhile loses nothing', async () => {
    await writeDays(20);
    await untilCompressed();
    const all = Array.from({ length: 20 }, (_, index) => `day ${index}`);
    const [first] = await closedSegmentsOf(deps.file);
    const plain = closedFileOf(deps.file, 7);
    writeFileSync(plain, gunzipSync(readFileSync(first!.file)));
    expect(await subjects()).toEqual(all);
    await untilCompressed();
    expect(await subjects()).toEqual(all);
    const follower = createFollower(deps.file, 0, ['verified'], auditEvents);
    const followed = [...(await follower.read(5)), ...(await follower.read(50))].map(({ subject }) => subject);
    expect(followed).toEqual(all);
    expect(await verify()).toMatchObject({ isSound: true, firstSequence: 1, lastSequence: 20 });
  });

  test('is continued if it was closed before a crash, with an empty or unfinished next segment', async () => {
    await writeDays(8);
    writeFileSync(deps.file, '');
    await writeDays(1, 8);
    expect((await subjects()).slice(-2)).toEqual(['day 6', 'day 8']);
    rmSync(deps.file);
    await writeDays(1, 9);
    writeFileSync(deps.file, '{"sequ');
    await writeDays(1, 10);
    const records = readFileSync(deps.file, 'utf8').split('\n');
    expect(JSON.parse(records[1]!)).toMatchObject({ sequence: 8, subject: 'day 10' });
  });

  test('keeps its signed heads if closing it fails half way', async () => {
    await writeDays(6);
    await writeDays(1, 6);
    const inTheWay = closedFileOf(deps.file, 7);
    mkdirSync(inTheWay);
    await withAudit(deps, async (audit) => {
      expect(await audit.append(event('refused')).catch(toCode)).toBe('state_unavailable');
    });
    // The next start signs where the trail stands, and closes the segment then.
    await withAudit(deps, async () => {});
    rmdirSync(inTheWay);
    await writeDays(1, 7);
    expect(await segments()).toEqual([7]);
    expect(await verify()).toMatchObject({ isSound: true, lastSequence: 8, heads: { verified: 5 } });
  });

  test('is reported as deleted if it was removed', async () => {
    await writeDays(20);
    const [first, second] = await closedSegmentsOf(deps.file);
    rmSync(second!.file);
    expect(await verify()).toMatchObject({ tampering: { kind: 'deleted', sequence: 8 } });
    rmSync(first!.file);
    expect(await verify()).toMatchObject({ tampering: { kind: 'deleted', sequence: 14 } });
  });
});

const flipAt =
  (part: number) =>
  (bytes: Buffer): Buffer => {
    const at = Math.floor(part * (bytes.length - 1));
    return Buffer.from(bytes.with(at, bytes[at]! ^ 1));
  };

test.each<[string, (bytes: Buffer) => Uint8Array]>([
  ['a changed first byte', flipAt(0)],
  ['a changed byte in the middle', flipAt(0.5)],
  ['a changed last byte', flipAt(1)],
  ['a missing end', (bytes) => bytes.subarray(0, -9)],
  ['no content', () => Buffer.alloc(0)],
  ['bytes after its end', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
  ['a second compressed part', (bytes) => Buffer.concat([bytes, bytes])],
  ['more content than a segment may have', () => gzipSync(Buffer.alloc(200_000_000), { level: 1 })],
])('a compressed file with %s is reported and skipped, and retention removes it', async (_name, damage) => {
  await writeDays(20);
  await untilCompressed();
  const [{ file }] = await closedSegmentsOf(deps.file);
  writeFileSync(file, damage(readFileSync(file)));
  expect(await verify()).toMatchObject({ isSound: false, tampering: { place: { file } } });
  const followed = await createFollower(deps.file, 0, ['verified'], auditEvents).read(50);
  expect(followed.slice(-13).map(({ sequence }) => sequence)).toEqual([
    8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
  ]);
  expect((await subjects()).at(-1)).toBe('day 19');
  deps = { ...deps, retentionDays: 10 };
  await writeDays(1, 20);
  expect(await verify()).toMatchObject({ isSound: true, firstSequence: 8, lastSequence: 22 });
});

describe('retention', () => {
  test('deletes whole segments by the age of their newest record and records the deletion; the rest remains valid', async () => {
    await writeDays(40);
    expect(await segments()).toEqual([7, 14, 21, 28, 35]);
    const draft = compressionDraftOf(deps.file);
    writeFileSync(draft, 'left by a crash');
    deps = { ...deps, retentionDays: 30 };
    await writeDays(1, 40);
    expect(existsSync(draft)).toBe(false);
    // Records 1 to 7 are more than 30 days old, the newest of 8 to 14 is not.
    expect(await segments()).toEqual([14, 21, 28, 35]);
    expect((await subjects())[0]).toBe('day 7');
    expect(await verify()).toMatchObject({ isSound: true, firstSequence: 8 });
    const removed: number[] = [];
    for await (const { detail } of readEvents(deps.file, ['records_removed'], auditEvents))
      removed.push(detail.through);
    expect(removed).toEqual([7]);
  });
});

test('a second writer of a trail is refused without affecting the first writer', async () => {
  await withAudit(deps, async (audit) => {
    await audit.append(event('a'));
    expect(await createFileAudit(deps).catch(toCode)).toBe('state_unavailable');
    await audit.append(event('b'));
    expect(await createFileAudit(deps).catch(toCode)).toBe('state_unavailable');
  });
  await writeDays(1);
  expect(await verify()).toMatchObject({ isSound: true, lastSequence: 3 });
});
