// node scripts/test-on-node.mjs 22|24 [npm test arguments]: runs `npm test` on another Node version.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** One version of each supported line in docs/install.md, except the development version. */
const versions = { 22: '22.23.3', 24: '24.21.0' };

const [line, ...args] = process.argv.slice(2);
const version = versions[line];
if (version === undefined) {
  process.stderr.write(`Say which: ${Object.keys(versions).join(' or ')}.\n`);
  process.exit(2);
}

const run = (command, given, options = {}) =>
  spawnSync(command, given, { cwd: root, stdio: 'inherit', ...options }).status ?? 1;

const folder = join(root, '.cache', `node-${version}`);
if (!existsSync(folder)) {
  const name = `node-${process.platform}-${process.arch}`;
  const cache = join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  process.stdout.write(`Fetching ${name} ${version}…\n`);
  // npm verifies the download against the registry's digest.
  const packed = run('npm', ['pack', '--silent', '--pack-destination', cache, `${name}@${version}`]);
  const unpacked = packed || run('tar', ['-xzf', join(cache, `${name}-${version}.tgz`), '-C', cache]);
  if (unpacked !== 0) process.exit(unpacked);
  renameSync(join(cache, 'package'), folder);
}

const bin = join(folder, 'bin');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
process.exit(run(join(bin, 'node'), [join(root, 'scripts', 'test.mjs'), ...args], { env }));
