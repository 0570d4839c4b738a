import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { createFolder } from '../support/run/folder.js';
import { projectRoot } from '../support/run/paths.js';

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')));
const runs = Object.entries(scripts).filter(([, script]) => script.includes('scripts/run.mjs'));

test.each(runs)('npm run %s forwards SIGTERM and exits after the program', async (name, script) => {
  const folder = createFolder('npm-scripts');
  mkdirSync(join(folder, 'scripts'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'x', scripts: { [name]: script } }));
  // It ends later than npm would without waiting, and says so.
  const program = `
    process.on('SIGTERM', () => setTimeout(() => process.stdout.write('stopped', () => process.exit(0)), 200));
    setInterval(() => {}, 1000);
    process.stdout.write('started ');
  `;
  writeFileSync(join(folder, 'scripts/run.mjs'), program);
  const npm = spawn('npm', ['run', '--silent', name], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  npm.stdout.on('data', (piece: Buffer) => {
    if (output === '') npm.kill('SIGTERM');
    output += piece.toString('utf8');
  });
  const ended = once(npm, 'exit');
  // The pipe closes when the last process with it has ended.
  await once(npm, 'close');
  expect([output, await ended]).toEqual(['started stopped', [0, null]]);
});
