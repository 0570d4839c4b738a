import { createHash } from 'node:crypto';
import type { KeyVersion } from '../../core/ports.js';
import { SealedToken } from '../../core/secrets.js';
import { type EpochSec, epochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';

/** Names of the built-in engines. Their numbers are never reused. */
export const engineNames = {
  1: 'faceplugin-1.0.3',
  2: 'faceplugin-1.0.3-mirrored',
  3: 'faceplugin-1.0.3-unshared',
} as const satisfies Record<number, string>;

/** Number of a built-in engine, 1 to 127. */
export type BuiltInEngine = keyof typeof engineNames;

/** Default engine of new tokens. */
export const currentEngine: BuiltInEngine = 3;

/** Number of an engine. Custom engines of an installation have 128 to 255. */
export type EngineId = number;

/** Range of custom engines, whose numbers are valid only in their installation. */
export const customEngines = { first: 128, last: 255 } as const;

export const mostPhotos = 5;

/** Public part of a token. Opening the token authenticates these fields; before that, they are untrusted. */
export interface TokenHeader {
  readonly engine: EngineId;
  readonly hasSecret: boolean;
  readonly photos: number;
  readonly keyVersion: KeyVersion;
  /** `null` if the token never expires. */
  readonly expiresAt: EpochSec | null;
}

export interface TokenFields extends TokenHeader {
  readonly salt: Uint8Array;
  readonly stored: Uint8Array;
  readonly tag: Uint8Array;
}

const prefix = 'fv1.';
const saltAt = 8;
const storedAt = 24;
const tagAt = 152;
const tokenBytes = 168;

/** 168 bytes are exactly 224 base64url digits, so each token has only one text. */
const shape = /^fv1\.[A-Za-z0-9_-]{224}$/;
const textLength = 228;

/** Latest expiry that four bytes can hold: 2106-02-07. */
export const latestExpiry = 0xffff_ffff;

const isEngineId = (value: number): boolean =>
  value in engineNames || (value >= customEngines.first && value <= customEngines.last);

/** Returns the flags: bit 0 is set if there is a secret; bits 1 to 3 are the number of photos. */
export const toFlags = (header: TokenHeader): number => (header.hasSecret ? 1 : 0) | (header.photos << 1);

class ParsedToken extends SealedToken {
  readonly #bytes: Buffer;
  readonly #fields: TokenFields;

  constructor(bytes: Buffer) {
    super(prefix + bytes.toString('base64url'));
    this.#bytes = bytes;
    this.#fields = readFields(bytes);
  }

  get fields(): TokenFields {
    return this.#fields;
  }

  /** Public id: 22 characters that reveal nothing about the content. */
  get tokenId(): string {
    const digest = createHash('sha256').update('facestep/fv1/token-id').update(this.#bytes).digest();
    return digest.subarray(0, 16).toString('base64url');
  }
}

function readFields(bytes: Buffer): TokenFields {
  const [engine, flags] = bytes;
  const photos = flags >> 1;
  const keyVersion = bytes.readUInt16BE(2);
  const expiry = bytes.readUInt32BE(4);
  if (!isEngineId(engine) || photos < 1 || photos > mostPhotos || keyVersion === 0)
    throw new FaceError('token_malformed');
  return {
    engine,
    hasSecret: (flags & 1) === 1,
    photos,
    keyVersion,
    expiresAt: expiry === 0 ? null : epochSec(expiry),
    salt: bytes.subarray(saltAt, storedAt),
    stored: bytes.subarray(storedAt, tagAt),
    tag: bytes.subarray(tagAt),
  };
}

/** Creates a token from its fields: `fv1.` and the base64url of 168 bytes. */
export function renderToken(fields: TokenFields): ParsedToken {
  const bytes = Buffer.alloc(tokenBytes);
  bytes.writeUInt8(fields.engine, 0);
  bytes.writeUInt8(toFlags(fields), 1);
  bytes.writeUInt16BE(fields.keyVersion, 2);
  bytes.writeUInt32BE(fields.expiresAt ?? 0, 4);
  bytes.set(fields.salt, saltAt);
  bytes.set(fields.stored, storedAt);
  bytes.set(fields.tag, tagAt);
  return new ParsedToken(bytes);
}

/** Parses a token, unless already parsed. */
export const parseToken = (token: SealedToken): ParsedToken =>
  token instanceof ParsedToken ? token : new ParsedToken(decodeText(token));

function decodeText(token: SealedToken): Buffer {
  return token.use((text) => {
    // The length is checked first, so that ten megabytes are refused unread.
    if (text.length !== textLength || !shape.test(text)) throw new FaceError('token_malformed');
    return Buffer.from(text.slice(prefix.length), 'base64url');
  });
}
