import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM, hkdfSync } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ContentKey, KeyMaterial, type UserSecret } from '../../core/concealed.js';
import type { Random } from '../../core/ports.js';
import { soleShare } from '../../core/queue-share.js';
import { secretBytes } from '../../token/derive.js';
import type { Stretch } from '../../token/stretch.js';
import { CommandError } from '../command-error.js';
import { toUnread } from '../given-file.js';
import { UsageError } from '../usage-error.js';
import { createNewFile } from './new-file.js';

export interface FileKeyParts {
  readonly contentKey: ContentKey;
  readonly secret: UserSecret | null;
}

export interface SealedFileWork {
  readonly from: string;
  /** Path of the new file, which must not exist. */
  readonly to: string;
  /** Public id of the token, in 22 base64url characters. */
  readonly tokenId: string;
  readonly key: FileKeyParts;
  readonly signal: AbortSignal;
}

interface Deps {
  readonly random: Random;
  readonly stretch: Stretch;
}

/**
 * GCM's limit for one key and nonce: 2³⁹ − 256 bits.
 * @see https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf (5.2.1.1)
 */
const maxFileBytes = 2 ** 36 - 32;

const chunkBytes = 1024 * 1024;

/**
 * Encrypts a file with AES-256-GCM. The original remains.
 * @throws UsageError if the file does not exist, is larger than `maxFileBytes` or changes meanwhile, or if `to` exists;
 * system errors; the signal's reason
 */
export async function sealFile(work: SealedFileWork, { random, stretch }: Deps): Promise<void> {
  const { from, to, tokenId, key, signal } = work;
  await withFile(from, async (source, sizeBytes) => {
    checkSize(from, sizeBytes);
    const header = drawHeader(tokenId, random);
    const fileKey = await deriveFileKey(key, header, stretch);
    const cipher = fileKey.use((bytes) => createCipheriv('aes-256-gcm', bytes, header.nonce));
    fileKey.wipe();
    cipher.setAAD(header.bytes);
    const fill = async (draft: FileHandle): Promise<void> => {
      await draft.writeFile(header.bytes);
      await pour({ source, from: 0, bytes: sizeBytes, signal }, cipher, draft);
      cipher.final();
      await draft.writeFile(cipher.getAuthTag());
      if ((await source.stat()).size !== sizeBytes) throw toChanged();
    };
    await createNewFile(to, fill, random);
  });
}

/**
 * Decrypts a sealed file. The result gets its name only after the tag is verified.
 * @throws CommandError `sealed_file_invalid`; other errors as `sealFile`
 */
export async function openFile(work: SealedFileWork, { random, stretch }: Deps): Promise<void> {
  const { from, to, tokenId, key, signal } = work;
  await withFile(from, async (source, sizeBytes) => {
    const header = await readHeader(source);
    checkToken(header, tokenId);
    const bytes = sizeBytes - headerBytes - tagBytes;
    if (bytes < 0) throw new CommandError('sealed_file_invalid', { reason: 'cut short' });
    if (bytes > maxFileBytes) throw new CommandError('sealed_file_invalid', { reason: 'over 64 GiB' });
    const fileKey = await deriveFileKey(key, header, stretch);
    const decipher = fileKey.use((value) =>
      createDecipheriv('aes-256-gcm', value, header.nonce, { authTagLength: tagBytes }),
    );
    fileKey.wipe();
    decipher.setAAD(header.bytes);
    const tag = await readAt(source, sizeBytes - tagBytes, tagBytes);
    if (tag.length !== tagBytes) throw toChanged();
    decipher.setAuthTag(tag);
    const fill = async (draft: FileHandle): Promise<void> => {
      await pour({ source, from: headerBytes, bytes, signal }, decipher, draft);
      try {
        decipher.final();
      } catch {
        throw new CommandError('sealed_file_invalid', { reason: 'altered, or another secret' });
      }
    };
    await createNewFile(to, fill, random);
  });
}

/** Checks that a file can be sealed, before the camera is used. @throws UsageError; system errors */
export async function checkSealable(file: string): Promise<void> {
  await withFile(file, async (_, sizeBytes) => checkSize(file, sizeBytes));
}

function checkSize(file: string, sizeBytes: number): void {
  if (sizeBytes > maxFileBytes) throw new UsageError(`${file} is over 64 GiB, the most that can be sealed`);
}

/**
 * Checks that a file is sealed under this token, before the camera is used.
 * @throws CommandError `sealed_file_invalid`; UsageError; system errors
 */
export async function checkSealedUnder(file: string, tokenId: string): Promise<void> {
  await withFile(file, async (source) => checkToken(await readHeader(source), tokenId));
}

function checkToken(header: SealedFileHeader, tokenId: string): void {
  if (Buffer.from(header.tokenId).toString('base64url') !== tokenId)
    throw new CommandError('sealed_file_invalid', { reason: 'sealed under another token' });
}

/** Derives the file's key with Argon2id. A thief of the content key must still guess the secret. */
async function deriveFileKey(
  { contentKey, secret }: FileKeyParts,
  { salt }: SealedFileHeader,
  stretch: Stretch,
): Promise<KeyMaterial> {
  const typed = secret === null ? null : secretBytes(secret);
  const stretched =
    typed === null ? null : await stretch('secret', typed, salt, soleShare).finally(() => typed.fill(0));
  const root = contentKey.use((first) =>
    stretched === null ? Buffer.from(first) : stretched.use((second) => Buffer.concat([first, second])),
  );
  stretched?.wipe();
  const key = new KeyMaterial(new Uint8Array(hkdfSync('sha256', root, salt, 'facestep/sealed-file/1', 32)));
  root.fill(0);
  return key;
}

async function withFile<T>(file: string, work: (source: FileHandle, sizeBytes: number) => Promise<T>): Promise<T> {
  // Without `O_NONBLOCK`, which Windows lacks, opening a pipe would block.
  const source = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => {
    throw toUnread(file);
  });
  try {
    const about = await source.stat();
    if (!about.isFile()) throw new UsageError(`${file} is not a file`);
    return await work(source, about.size);
  } finally {
    await source.close();
  }
}

async function readHeader(source: FileHandle): Promise<SealedFileHeader> {
  return parseHeader(await readAt(source, 0, headerBytes));
}

async function readAt(source: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await source.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function pour(
  part: { readonly source: FileHandle; readonly from: number; readonly bytes: number; readonly signal: AbortSignal },
  cipher: CipherGCM | DecipherGCM,
  draft: FileHandle,
): Promise<void> {
  const { source, from, bytes, signal } = part;
  const buffer = Buffer.alloc(Math.min(bytes, chunkBytes));
  let done = 0;
  while (done < bytes) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, bytes - done), from + done);
    if (bytesRead === 0) throw toChanged();
    done += bytesRead;
    await draft.writeFile(cipher.update(buffer.subarray(0, bytesRead)));
  }
}

const toChanged = (): UsageError => new UsageError('the file changed while it was read. Try again');

/** Unencrypted header of a sealed file. Untrusted until the tag is verified. */
export interface SealedFileHeader {
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  /** Public id, 16 bytes, of the token whose content key opens the file. */
  readonly tokenId: Uint8Array;
  readonly bytes: Uint8Array;
}

const magic = Buffer.from('facestep', 'latin1');
const version = 1;
const versionAt = 8;
const saltAt = 9;
const nonceAt = 25;
const tokenIdAt = 37;

export const headerBytes = 53;

export const tagBytes = 16;

function drawHeader(tokenId: string, random: Random): SealedFileHeader {
  const bytes = Buffer.alloc(headerBytes);
  magic.copy(bytes);
  bytes.writeUInt8(version, versionAt);
  bytes.set(random(16), saltAt);
  bytes.set(random(12), nonceAt);
  bytes.set(Buffer.from(tokenId, 'base64url').subarray(0, 16), tokenIdAt);
  return fieldsOf(bytes);
}

function parseHeader(bytes: Buffer): SealedFileHeader {
  if (bytes.length !== headerBytes || !bytes.subarray(0, versionAt).equals(magic))
    throw new CommandError('sealed_file_invalid', { reason: 'not a sealed file' });
  if (bytes[versionAt] !== version) throw new CommandError('sealed_file_invalid', { reason: 'another version' });
  return fieldsOf(bytes);
}

const fieldsOf = (bytes: Buffer): SealedFileHeader => ({
  salt: bytes.subarray(saltAt, nonceAt),
  nonce: bytes.subarray(nonceAt, tokenIdAt),
  tokenId: bytes.subarray(tokenIdAt),
  bytes,
});
