import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { findFreePort } from '../../examples/demo/free-port.js';
import { runHere } from '../../support/benches/cli.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';

/* The receivers of docs/webhooks.md, as the page prints them, and the test event of the command line. */

const page = readFileSync(join(projectRoot, 'docs/webhooks.md'), 'utf8');
const codeOf = (language: string): string =>
  new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``).exec(page)?.[1] ?? '';
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) process.stderr.write('SKIPPING the webhook receiver in Python: there is no python3\n');

const secret = `whsec_${Buffer.from('s'.repeat(32)).toString('base64')}`;
const other = `whsec_${Buffer.from('t'.repeat(32)).toString('base64')}`;
let child: ChildProcess | null = null;
afterEach(async () => {
  if (child === null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
});

async function listen(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(50);
  }
}

test.each([
  ['js', process.execPath, ['--input-type=module', '--eval'], true],
  ['python', 'python3', ['-c'], hasPython],
] as const)(
  'the receiver of the documentation in %s takes a signed test event, and refuses one with another secret',
  async (language, program, args, canRun) => {
    if (!canRun) return;
    const port = String(await findFreePort());
    const env = { ...process.env, PORT: port, WEBHOOK_SECRET: secret };
    child = spawn(program, [...args, codeOf(language)], {
      cwd: projectRoot,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += String(chunk);
    });
    await listen(Number(port));
    const config = join(createFolder('webhooks'), 'facestep.json');
    const send = (own: string) => {
      const webhooks = [{ id: 'ticket', url: `http://127.0.0.1:${port}/facestep`, secret: own }];
      writeFileSync(config, JSON.stringify({ webhooks }));
      return runHere(['webhooks', 'test'], { FACESTEP_CONFIG: config });
    };
    expect(await send(secret)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ticket: delivered \(msg_/) });
    expect(await send(other)).toMatchObject({ code: 1, stdout: expect.stringMatching(/not delivered: status 401/) });
    expect(said).toMatch(/^webhook\.test/);
    expect(said.trim().split('\n')).toHaveLength(1);
  },
);
