import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../support/run/paths.js';

/*
 * The release of this checkout. It is made and installed once for all test files of this folder, which run in one
 * process.
 */

export const releaseScript = join(projectRoot, 'scripts/release.mjs');

export interface Released {
  /** All files that a release has. */
  readonly folder: string;
  readonly archive: string;
  /** The key that verifies the signature. */
  readonly publicKey: KeyObject;
}

export interface Installed {
  /** A folder of the whole-machine installation, as `npm install --global --prefix` makes it. */
  readonly prefix: string;
  readonly package: string;
  readonly main: string;
  /** The environment of a machine whose npm has no registry and has never fetched anything. */
  readonly env: NodeJS.ProcessEnv;
}

const run = promisify(execFile);
let top: string | null = null;
let released: Promise<Released> | null = null;
let installed: Promise<Installed> | null = null;

function createTop(): string {
  if (top !== null) return top;
  const created = mkdtempSync(join(tmpdir(), 'facestep-released-'));
  process.on('exit', () => rmSync(created, { recursive: true, force: true }));
  top = created;
  return created;
}

/** Makes the release without setting a tag and without running the tests. */
export function makeRelease(): Promise<Released> {
  released ??= (async () => {
    const folder = join(createTop(), 'release');
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = join(createTop(), 'key.pem');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const args = [releaseScript, folder, '--dry-run', '--no-tests', '--sign', key];
    const { stdout } = await run(process.execPath, args);
    const [, archive] = /^(\S+\.tgz): \d+ bytes$/m.exec(stdout) ?? [];
    if (archive === undefined) throw new Error(`scripts/release.mjs names no archive:\n${stdout}`);
    return { folder, archive: join(folder, archive), publicKey };
  })();
  return released;
}

/** Installs the release's archive, with install scripts allowed, so that one that exists would run. */
export function installRelease(): Promise<Installed> {
  installed ??= (async () => {
    const { archive } = await makeRelease();
    const prefix = join(createTop(), 'prefix');
    const home = join(createTop(), 'home');
    mkdirSync(home);
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: join(home, 'cache'),
      npm_config_fetch_retries: '0',
      npm_config_update_notifier: 'false',
    };
    await run('npm', ['install', '--global', '--prefix', prefix, '--ignore-scripts=false', archive], {
      cwd: home,
      env,
    });
    const folder = join(prefix, 'lib/node_modules/@facestep/facestep');
    return { prefix, package: folder, main: join(folder, 'dist/src/main.js'), env };
  })();
  return installed;
}
