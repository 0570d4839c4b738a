import type { Random } from '../../core/ports.js';
import { CommandError } from '../command-error.js';

/** What a sealed file tells in clear. Nothing in it is trusted until the tag at the end has been checked. */
export interface SealedFileHeader {
  /** 16 bytes: the key of the file is made with them. */
  readonly salt: Uint8Array;
  /** 12 bytes. */
  readonly nonce: Uint8Array;
  /** The public name of the token whose content key opens the file: 16 bytes. */
  readonly tokenId: Uint8Array;
  /** All of the header as it is in the file. The tag covers it. */
  readonly bytes: Uint8Array;
}

const magic = Buffer.from('facestep', 'latin1');
const version = 1;
const versionAt = 8;
const saltAt = 9;
const nonceAt = 25;
const tokenIdAt = 37;

/** How long the header is. */
export const headerBytes = 53;

/** How long the tag at the end is. */
export const tagBytes = 16;

/** A header for one file. @param tokenId - 22 digits of base64url, as `Verifier.identify` names it */
export function drawHeader(tokenId: string, random: Random): SealedFileHeader {
  const bytes = Buffer.alloc(headerBytes);
  magic.copy(bytes);
  bytes.writeUInt8(version, versionAt);
  bytes.set(random(16), saltAt);
  bytes.set(random(12), nonceAt);
  bytes.set(Buffer.from(tokenId, 'base64url').subarray(0, 16), tokenIdAt);
  return fieldsOf(bytes);
}

/**
 * Reads the header of a sealed file.
 * @throws CommandError `sealed_file_invalid`: too short, not sealed by facestep, or by a later version of it
 */
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
