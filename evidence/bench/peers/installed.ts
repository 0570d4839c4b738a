import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../../../test/paths.js';

/**
 * Where the peers are installed: not beside their lock file in evidence/bench/peers, but where nothing of the product looks, be it
 * to compile, to check style or to see what changed.
 */
export const peersFolder = join(projectRoot, '.cache', 'peers');

/**
 * Loads an installed package, or one file of it: by its path, as one peer lists its files in a form Node does not take.
 * What it is worth is for the caller to check.
 */
export const loadInstalled = (path: string): unknown =>
  createRequire(import.meta.url)(join(peersFolder, 'node_modules', path));

/** A folder of an installed package, with a slash at its end. */
export const installedFolder = (path: string): string => join(peersFolder, 'node_modules', path, '/');

/**
 * Installs what evidence/bench/peers/package-lock.json names, without running any code of it, unless it is there already.
 * @throws Error with what npm said
 */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const source = join(projectRoot, 'bench', 'peers');
  const mark = join(peersFolder, 'node_modules', '.facestep-lock');
  const lock = await readFile(join(source, 'package-lock.json'), 'utf8');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === lock) return;
  say('Installing the peers (evidence/bench/peers/package-lock.json) into .cache/peers, about 370 MB…');
  await mkdir(peersFolder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await copyFile(join(source, file), join(peersFolder, file));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stdout, stderr } = spawnSync(npm, args, { cwd: peersFolder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${peersFolder}:\n${stdout}${stderr}`);
  await writeFile(mark, lock);
}
