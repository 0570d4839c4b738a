import type { Random } from '../../core/ports.js';
import { CommandError } from '../command-error.js';

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

export function drawHeader(tokenId: string, random: Random): SealedFileHeader {
  const bytes = Buffer.alloc(headerBytes);
  magic.copy(bytes);
  bytes.writeUInt8(version, versionAt);
  bytes.set(random(16), saltAt);
  bytes.set(random(12), nonceAt);
  bytes.set(Buffer.from(tokenId, 'base64url').subarray(0, 16), tokenIdAt);
  return fieldsOf(bytes);
}

export function parseHeader(bytes: Buffer): SealedFileHeader {
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
