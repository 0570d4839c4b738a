import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAuditDeps, withAudit } from '../../support/benches/audit.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createFolder } from '../../support/run/folder.js';
import { verifyTrail } from './verify.js';

const program = fileURLToPath(new URL('../../support/servers/audit-writer.js', import.meta.url));

let folder: string;
let file: string;
beforeEach(() => {
  folder = createFolder('crash');
  file = join(folder, 'audit.jsonl');
});

let running: ChildProcess | null = null;
// A writer that a failed assertion leaves would keep the test run open.
afterEach(() => void running?.kill('SIGKILL'));

/** A writer as a process of its own. @param fileBlocks - how large its files may get, in KiB */
async function startWriter(fileBlocks: number | null = null) {
  const limit = fileBlocks === null ? '' : `ulimit -S -f ${fileBlocks}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, program, file], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  running = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  expect(await next()).toBe('ready');
  return {
    child,
    async append(subject: string): Promise<string> {
      child.stdin.write(`${subject}\n`);
      return (await next()).replace(`${subject} `, '');
    },
    limit: (limit: string) => once(spawn('prlimit', ['--pid', String(child.pid), limit]), 'close'),
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

const verify = () => verifyTrail(file, { keys: { keys: [] }, state: null, clock: createManualClock() });

test('confirmed records survive a kill, and the next process can append immediately', async () => {
  const writer = await startWriter();
  for (const subject of ['a', 'b', 'c']) expect(await writer.append(subject)).toBe('written');
  writer.child.stdin.write('d\ne\nf\n');
  await writer.kill();
  await withAudit(createAuditDeps({ file }), async (audit) => {
    await audit.append({ action: 'revoked', connection: 'work', subject: 'after', detail: { tokenId: null } });
  });
  const text = readFileSync(file, 'utf8');
  for (const subject of ['a', 'b', 'c', 'after']) expect(text).toContain(`"subject":"${subject}"`);
  expect((await verify()).tampering).toBeNull();
});

test('a full disk refuses events; the chain continues once there is space', async () => {
  const writer = await startWriter(2);
  const answers: string[] = [];
  for (let each = 0; each < 12; each += 1) answers.push(await writer.append(`full ${each}`));
  const written = answers.indexOf('state_unavailable');
  expect(written).toBeGreaterThan(2);
  expect(new Set(answers.slice(written))).toEqual(new Set(['state_unavailable']));
  await writer.limit('--fsize=unlimited');
  expect(await writer.append('space')).toBe('written');
  await writer.kill();
  expect(await verify()).toMatchObject({ tampering: null, lastSequence: written + 1, unfinishedLines: 1 });
});

test('the probe names a disk without room or missing file descriptors, leaves no file, and recovers', async () => {
  const writer = await startWriter();
  const probeUnder = async (limit: string): Promise<string> => {
    await writer.limit(limit);
    return writer.append('probe');
  };
  expect(await probeUnder('--fsize=4095:')).toBe('trail_not_writable');
  expect(await probeUnder('--fsize=unlimited:')).toBe('ok');
  expect(await probeUnder('--nofile=3:')).toBe('no_descriptors');
  expect(await probeUnder('--nofile=256:')).toBe('ok');
  expect(readdirSync(folder).filter((name) => name.includes('probe'))).toEqual([]);
  await writer.kill();
});
