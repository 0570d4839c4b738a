import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from '@jest/globals';
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

/** A writer as a process of its own. @param fileBlocks - how large its files may get, in KiB */
async function startWriter(fileBlocks: number | null = null) {
  const limit = fileBlocks === null ? '' : `ulimit -S -f ${fileBlocks}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, program, file], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  expect(await next()).toBe('ready');
  return {
    child,
    async append(subject: string): Promise<string> {
      child.stdin.write(`${subject}\n`);
      return (await next()).replace(`${subject} `, '');
    },
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
  await once(spawn('prlimit', ['--pid', String(writer.child.pid), '--fsize=unlimited']), 'close');
  expect(await writer.append('space')).toBe('written');
  await writer.kill();
  expect(await verify()).toMatchObject({ tampering: null, lastSequence: written + 1, unfinishedLines: 1 });
});
