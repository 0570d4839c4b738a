import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';

/* `npm start` after a pull. */

const isCheckout = existsSync(join(projectRoot, '.git'));
if (!isCheckout) process.stderr.write('SKIPPING the test of npm start: this is no git checkout to clone\n');

/** Runs `npm start` until it listens, asks the bare address, and stops it. */
async function startOnce(clone: string): Promise<{ welcome: string; said: readonly string[]; code: number | null }> {
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...process.env, PORT: '0', FACESTEP_CONFIG: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // With a group of its own, so that all of it can be told to stop, as Ctrl+C does.
    detached: true,
  });
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const [, address] = /listens on (\S+)/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(said.join('\n'))));
  });
  const welcome = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
  process.kill(-child.pid!, 'SIGINT');
  const [code] = await once(child, 'exit');
  return { welcome, said, code };
}

(isCheckout ? test : test.skip)('npm start compiles sources that changed after the last build', async () => {
  const clone = join(createFolder('start'), 'clone');
  execFileSync('git', ['clone', '--quiet', projectRoot, clone]);
  for (const name of ['node_modules', 'models']) symlinkSync(join(projectRoot, name), join(clone, name));
  // The mark of the last build: it says what was compiled.
  mkdirSync(join(clone, 'dist'));
  cpSync(join(projectRoot, 'dist/.built'), join(clone, 'dist/.built'));
  const source = join(clone, 'src/app/public-pages.ts');
  writeFileSync(source, readFileSync(source, 'utf8').replace('<h1>facestep</h1>', '<h1>pulled</h1>'));
  expect((await startOnce(clone)).welcome).toContain('<h1>pulled</h1>');
});

test('package.json has no pre and post scripts, because npm runs none here', () => {
  const read = (name: string) => readFileSync(join(projectRoot, name), 'utf8');
  expect(read('.npmrc')).toContain('ignore-scripts=true');
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
  expect(Object.keys(scripts).filter((name) => /^(pre|post)/.test(name))).toEqual([]);
});
