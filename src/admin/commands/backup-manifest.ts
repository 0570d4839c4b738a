import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandError } from '../../cli/command-error.js';

const pathGuard = z
  .string()
  .max(4096)
  .regex(/^(data|keys)(\/(?!\.\.?(\/|$))[^/\\\p{Cc}]+)+$/u);

const entryGuard = z.strictObject({
  path: pathGuard,
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestGuard = z.strictObject({
  version: z.literal(1),
  madeAt: z.iso.datetime(),
  files: z.array(entryGuard).max(100_000),
});

export type BackupEntry = z.output<typeof entryGuard>;

/** Manifest of a backup. It is written last, so a backup without it is incomplete. */
export type Manifest = z.output<typeof manifestGuard>;

export const manifestFileOf = (folder: string): string => join(folder, 'backup.json');

/**
 * Copies a file that may be growing.
 * @param to - a new file, created with mode 0600 and synced to disk
 */
export async function copyWhole(from: string, to: string): Promise<Omit<BackupEntry, 'path'>> {
  const source = await open(from, 'r');
  try {
    const { size } = await source.stat();
    const target = await open(to, 'wx', 0o600);
    try {
      const digest = createHash('sha256');
      if (size > 0) {
        const pieces: AsyncIterable<Buffer> = source.createReadStream({ end: size - 1, autoClose: false });
        for await (const piece of pieces) {
          digest.update(piece);
          await target.writeFile(piece);
        }
      }
      await target.sync();
      return { bytes: size, sha256: digest.digest('hex') };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

export async function measureFile(file: string): Promise<Omit<BackupEntry, 'path'>> {
  const digest = createHash('sha256');
  let bytes = 0;
  const pieces: AsyncIterable<Buffer> = createReadStream(file);
  for await (const piece of pieces) {
    digest.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: digest.digest('hex') };
}

export async function readManifest(folder: string): Promise<Manifest> {
  const manifest = await parseManifest(folder);
  for (const { path, bytes, sha256 } of manifest.files) {
    const found = await measureFile(join(folder, path)).catch(() => null);
    if (found?.sha256 !== sha256 || found.bytes !== bytes) throw new CommandError('backup_invalid', { file: path });
  }
  return manifest;
}

async function parseManifest(folder: string): Promise<Manifest> {
  try {
    return manifestGuard.parse(JSON.parse(await readFile(manifestFileOf(folder), 'utf8')));
  } catch (cause) {
    throw new CommandError('backup_invalid', { file: 'backup.json' }, { cause });
  }
}
