import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod/mini';
import { parseJson } from './json.js';

/*
 * Format of a sealed file: the line `facestep-sealed-file/1`, a line of JSON (the header), then the content in chunks
 * of 64 KiB, each encrypted with AES-256-GCM (STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, 2015). The
 * nonce of a chunk is its index and a flag of the last one, so no chunk can be moved, left out or added. The key of the
 * file depends on both lines and on the content key, so a changed header opens nothing.
 */

export { type LiveCheck, releaseContentKey } from './content-key.js';

/** Token and context of the face that opens a file. The header contains them. */
export interface FileOwner {
  readonly token: string;
  /** The same value as at the token's creation. */
  readonly scope: string;
  /** The same value as at the token's creation. */
  readonly accuracy: number;
}

/** Returns the content key of the owner, or `null` if the check did not pass. The key is zeroed after use. */
export type ReleaseKey = (owner: FileOwner) => Promise<Uint8Array | null>;

/** `malformed`: not a sealed file. `refused`: no key was released. `changed`: changed, cut, or sealed by another key. `exists`: with `isNew`. */
export type SealedFileErrorCode = 'malformed' | 'refused' | 'changed' | 'exists';

export class SealedFileError extends Error {
  override readonly name = 'SealedFileError';
  constructor(readonly code: SealedFileErrorCode) {
    super(`Sealed file: ${code}`);
  }
}

interface FileRequest {
  readonly from: string;
  readonly to: string;
  readonly releaseKey: ReleaseKey;
  /** True to fail with `exists` instead of replacing a file, also one that appears during the check. */
  readonly isNew?: boolean;
  /** Aborts the work and removes what was written. */
  readonly signal?: AbortSignal;
}

const magic = 'facestep-sealed-file/1';
const greatestHeaderBytes = 4096;
const chunkBytes = 65_536;
const tagBytes = 16;

const headerGuard = z.strictObject({ token: z.string(), scope: z.string(), accuracy: z.int(), salt: z.string() });

/**
 * Encrypts a file of any size. `to` is replaced only when the whole file is encrypted.
 * @throws SealedFileError `refused`; errors of the file system and of `releaseKey`
 */
export async function sealFile(request: FileRequest & { readonly owner: FileOwner }): Promise<void> {
  const { from, owner, releaseKey } = request;
  const { token, scope, accuracy } = owner;
  const salt = randomBytes(32).toString('base64url');
  const header = Buffer.from(`${magic}\n${JSON.stringify({ token, scope, accuracy, salt })}\n`);
  if (header.length > greatestHeaderBytes) throw new SealedFileError('malformed');
  const source = await open(from);
  const work = (key: Uint8Array) => writeFile(request, sealed(source, header, key));
  await withKey(owner, header, releaseKey, work).finally(() => source.close());
}

/**
 * Decrypts a file that `sealFile` wrote. `to` is replaced only when the whole file is decrypted and authenticated.
 * @throws SealedFileError; errors of the file system and of `releaseKey`
 */
export async function openFile(request: FileRequest): Promise<void> {
  const { from, releaseKey } = request;
  const source = await open(from);
  try {
    const { header, owner } = await readHeader(source);
    await withKey(owner, header, releaseKey, (key) => writeFile(request, opened(source, header, key)));
  } finally {
    await source.close();
  }
}

async function withKey(
  owner: FileOwner,
  header: Uint8Array,
  releaseKey: ReleaseKey,
  work: (key: Uint8Array) => Promise<void>,
): Promise<void> {
  const contentKey = await releaseKey(owner);
  if (contentKey === null) throw new SealedFileError('refused');
  const salt = createHash('sha256').update(header).digest();
  const key = new Uint8Array(hkdfSync('sha256', contentKey, salt, magic, 32));
  contentKey.fill(0);
  await work(key).finally(() => key.fill(0));
}

async function* sealed(source: FileHandle, header: Uint8Array, key: Uint8Array) {
  yield header;
  for await (const { bytes, nonce } of readChunks(source, 0, chunkBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }
}

async function* opened(source: FileHandle, header: Uint8Array, key: Uint8Array) {
  for await (const { bytes, nonce } of readChunks(source, header.length, chunkBytes + tagBytes)) {
    if (bytes.length < tagBytes) throw new SealedFileError('changed');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    const content = decipher.update(bytes.subarray(0, -tagBytes));
    try {
      decipher.final();
    } catch {
      throw new SealedFileError('changed');
    }
    // Only authenticated bytes leave this function.
    yield content;
  }
}

/** Reads chunks of one size. Only the last may be shorter, and it is empty only if nothing precedes it. */
async function* readChunks(source: FileHandle, start: number, size: number) {
  let index = 0;
  let pending = Buffer.alloc(0);
  const next = (bytes: Buffer, isLast: boolean) => {
    const nonce = Buffer.alloc(12);
    nonce.writeUIntBE(index, 5, 6);
    nonce.writeUInt8(isLast ? 1 : 0, 11);
    index += 1;
    return { bytes, nonce };
  };
  for await (const bytes of source.createReadStream({ start, autoClose: false, highWaterMark: size })) {
    pending = Buffer.concat([pending, z.parse(bytesGuard, bytes)]);
    for (; pending.length > size; pending = pending.subarray(size)) yield next(pending.subarray(0, size), false);
  }
  yield next(pending, true);
}

const bytesGuard = z.instanceof(Uint8Array);

async function readHeader(source: FileHandle): Promise<{ readonly header: Uint8Array; readonly owner: FileOwner }> {
  const { buffer, bytesRead } = await source.read(Buffer.alloc(greatestHeaderBytes), 0, greatestHeaderBytes, 0);
  const start = buffer.subarray(0, bytesRead);
  const end = start.indexOf('\n', magic.length + 1);
  const found = headerGuard.safeParse(parseJson(start.subarray(magic.length + 1, end)));
  if (!start.subarray(0, magic.length + 1).equals(Buffer.from(`${magic}\n`)) || end === -1 || !found.success)
    throw new SealedFileError('malformed');
  const { token, scope, accuracy } = found.data;
  return { header: start.subarray(0, end + 1), owner: { token, scope, accuracy } };
}

/** Writes under a temporary name in the same folder, which is removed on failure. */
async function writeFile({ to, isNew, signal }: FileRequest, content: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${to}.${randomBytes(6).toString('hex')}.part`;
  try {
    const target = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(content, target, signal === undefined ? {} : { signal });
    await (isNew === true ? moveToNew(temporary, to) : rename(temporary, to));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** @throws SealedFileError `exists`; errors of the file system */
async function moveToNew(temporary: string, to: string): Promise<void> {
  // Some file systems have no hard links.
  const copy = () => copyFile(temporary, to, constants.COPYFILE_EXCL);
  await link(temporary, to)
    .catch(copy)
    .catch((error: unknown) => {
      throw error instanceof Error && 'code' in error && error.code === 'EEXIST'
        ? new SealedFileError('exists')
        : error;
    });
  await rm(temporary);
}
