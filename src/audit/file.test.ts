import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuditDeps } from '../../support/benches/audit.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createFolder } from '../../support/run/folder.js';
import { runAuditContract } from '../../test/contract/audit.js';
import type { AuditEvent } from '../core/audit-events.js';
import type { Audit } from '../core/ports.js';
import { epochMs } from '../core/units.js';
import { toCode } from '../errors.js';
import { createFileAudit, type FileAuditDeps } from './file.js';
import { createTrailProbe } from './volume.js';

const clock = { now: () => epochMs(1_700_000_000_000) };
const event = (subject: string, by = 'owner'): AuditEvent => ({
  action: 'revoked',
  connection: 'acme',
  subject,
  detail: { tokenId: null, by },
});

let folder = '';
let file = '';
let opened: Audit | null = null;
beforeEach(() => {
  folder = createFolder('audit');
  file = join(folder, 'audit.jsonl');
});
afterEach(async () => {
  await close();
});

/** Whatever the test has done to the files. */
const close = async () => {
  await opened?.close().catch(() => {});
  opened = null;
};

/** As after a restart: one process writes to a trail. */
async function open(given: Partial<FileAuditDeps> = {}): Promise<Audit> {
  await close();
  opened = await createFileAudit(createAuditDeps({ file, clock, ...given }));
  return opened;
}

const linesOf = (path = file): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);

/** Both ends, and what lies between them four apart. */
function everyFourth(from: number, to: number): number[] {
  return [...Array.from({ length: Math.ceil((to - from) / 4) }, (_, index) => from + 4 * index), to];
}

/** Indices of the lines whose digest of the line before is not that line's. */
function breaksOf(lines: readonly string[]): number[] {
  return lines.flatMap((line, index) => {
    const before = lines[index - 1];
    const expected = before === undefined ? '0'.repeat(64) : createHash('sha256').update(before).digest('hex');
    try {
      return JSON.parse(line).previous === expected ? [] : [index];
    } catch {
      return [];
    }
  });
}

/** The numbers of the lines that are whole. */
const sequences = (lines: readonly string[]): unknown[] =>
  lines.flatMap((line) => {
    try {
      return [JSON.parse(line).sequence];
    } catch {
      return [];
    }
  });

runAuditContract('file', async () => {
  const own = createFolder('audit');
  const path = join(own, 'audit.jsonl');
  const audit = await createFileAudit(createAuditDeps({ file: path, clock }));
  return {
    audit,
    read: async () =>
      linesOf(path).map((line) => {
        const { action, connection, subject, detail } = JSON.parse(line);
        return { action, connection, subject, detail };
      }),
    close: async () => {
      await audit.close();
    },
  };
});

describe('the chain of records', () => {
  const fill = async (): Promise<string[]> => {
    const audit = await open();
    for (const subject of ['a', 'b', 'c', 'd']) await audit.append(event(subject));
    return linesOf();
  };

  test('numbers and timestamps each line, and continues in a new process, also after a line was removed', async () => {
    expect(JSON.parse((await fill())[0]!)).toMatchObject({
      time: '2023-11-14T22:13:20.000Z',
      previous: '0'.repeat(64),
    });
    const again = await open();
    await again.append(event('e'));
    const lines = linesOf();
    expect([breaksOf(lines), sequences(lines)]).toEqual([[], [1, 2, 3, 4, 5]]);
    writeFileSync(file, `${lines.toSpliced(1, 1).join('\n')}\n`);
    await (await open()).append(event('f'));
    expect(breaksOf(linesOf())).toEqual([1]);
  });

  test('continues after a line that a crash truncated at any byte', async () => {
    const [first, second] = await fill();
    for (const length of everyFourth(0, second!.length)) {
      writeFileSync(file, `${first}\n${second!.slice(0, length)}`);
      const audit = await open();
      await audit.append(event('e'));
      const lines = linesOf();
      const isWhole = length === second!.length;
      expect(breaksOf(lines)).toEqual([]);
      expect(sequences(lines)).toEqual(isWhole ? [1, 2, 3] : [1, 2]);
      if (length > 0) expect(lines[1]).toBe(second!.slice(0, length));
      await audit.append(event('f'));
      expect(breaksOf(linesOf())).toEqual([]);
    }
  });

  test.each(['', '\n'])(
    'begins after a first line that a crash truncated at any byte, followed by %j',
    async (repair) => {
      const [first] = await fill();
      for (const length of everyFourth(1, first!.length - 1)) {
        writeFileSync(file, first!.slice(0, length) + repair);
        await (await open()).append(event('e'));
        expect([breaksOf(linesOf()), sequences(linesOf())]).toEqual([[], [1]]);
        expect(linesOf().length).toBe(2);
      }
    },
  );

  test('continues in a new file if the old one was moved away', async () => {
    const audit = await open();
    await audit.append(event('a'));
    const [last] = linesOf();
    rmSync(file);
    await audit.append(event('b'));
    const previous = createHash('sha256').update(last!).digest('hex');
    expect(JSON.parse(linesOf()[0]!)).toMatchObject({ sequence: 2, previous });
  });
});

describe('the trail file', () => {
  test('can be read only by its owner, even if created with other permissions', async () => {
    const audit = await open();
    await audit.append(event('a'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    await open();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('is refused and left unchanged if it is not an audit trail', async () => {
    writeFileSync(file, 'not an audit trail\n');
    expect(await open().catch(toCode)).toBe('state_unavailable');
    expect(readFileSync(file, 'utf8')).toBe('not an audit trail\n');
  });

  test('refuses the event if it cannot be written; the next event continues the chain', async () => {
    const audit = await open();
    await audit.append(event('a'));
    const kept = readFileSync(file);
    rmSync(file);
    mkdirSync(file);
    expect(await audit.append(event('b')).catch(toCode)).toBe('state_unavailable');
    rmSync(file, { recursive: true });
    writeFileSync(file, kept);
    await audit.append(event('c'));
    expect([breaksOf(linesOf()), sequences(linesOf())]).toEqual([[], [1, 2]]);
  });
});

describe('the probe', () => {
  test('writes at most every 3 seconds, and again if the clock was set back', async () => {
    const at = createManualClock();
    const trail = await createFileAudit(createAuditDeps({ file, clock }));
    const probes: unknown[] = [];
    const probe = createTrailProbe(trail, { clock: at, onProbe: (found) => probes.push(found) });
    await Promise.all([probe(), probe()]);
    at.advanceSec(2.9);
    await probe();
    expect(probes).toEqual([null]);
    for (const seconds of [0.1, -60]) {
      at.advanceSec(seconds);
      await probe();
    }
    expect(probes).toEqual([null, null, null]);
    await trail.close();
  });

  test('reports a disk that does not answer, and starts no second write on it', async () => {
    const at = createManualClock();
    let syncs = 0;
    const sync = (): Promise<never> => {
      syncs += 1;
      return new Promise(() => {});
    };
    const probe = createTrailProbe({ file, sync }, { clock: at, onProbe: () => {} });
    expect(await probe()).toBe('trail_not_writable');
    at.advanceSec(3);
    expect(await probe()).toBe('trail_not_writable');
    expect(syncs).toBe(1);
  });
});
