import { createHash } from 'node:crypto';
import { SealedToken } from '../core/concealed.js';
import type { KeyVersion } from '../core/ports.js';
import { type EpochSec, epochSec } from '../core/units.js';
import { FaceError } from '../errors.js';

/** Public names of the engines that are built in, by their number in the token. Numbers are never reused. */
export const engineNames = {
  1: 'faceplugin-1.0.3',
  2: 'faceplugin-1.0.3-mirrored',
  3: 'faceplugin-1.0.3-unshared',
} as const satisfies Record<number, string>;

/** The number of an engine that is built in: 1 to 127. */
export type BuiltInEngine = keyof typeof engineNames;

/** The built-in engine new tokens are made by, unless an installation has one of its own. */
export const currentEngine: BuiltInEngine = 3;

/** The number of an engine in the token: a built-in one, or 128 to 255, which an installation gives to engines of its own. */
export type EngineId = number;

/** The numbers an installation gives. What an engine of such a number is, only that installation knows. */
export const ownEngines = { first: 128, last: 255 } as const;

/** Greatest number of photos one enrolment takes. */
export const mostPhotos = 5;

/** The part of a token that is told in clear. Nothing in it is trusted until the token has been opened. */
export interface TokenHeader {
  readonly engine: EngineId;
  readonly hasSecret: boolean;
  /** 1 to 5. */
  readonly photos: number;
  /** 1 to 65,535. */
  readonly keyVersion: KeyVersion;
  /** `null` never expires. */
  readonly expiresAt: EpochSec | null;
}

/** A token's fields. */
export interface TokenFields extends TokenHeader {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** 128 bytes. */
  readonly stored: Uint8Array;
  /** 16 bytes. */
  readonly tag: Uint8Array;
}

const prefix = 'fv1.';
const saltAt = 8;
const storedAt = 24;
const tagAt = 152;
const tokenBytes = 168;

/** 168 bytes are 224 digits of base64url without a bit to spare, so that one token has one text. */
const shape = /^fv1\.[A-Za-z0-9_-]{224}$/;
const textLength = 228;

/** Greatest expiry the four bytes hold: 2106-02-07. */
export const latestExpiry = 0xffff_ffff;

const isEngineId = (value: number): boolean =>
  value in engineNames || (value >= ownEngines.first && value <= ownEngines.last);

/** The flags byte: bit 0 whether a secret was used, bits 1 to 3 the number of photos, the others 0. */
export const toFlags = (header: TokenHeader): number => (header.hasSecret ? 1 : 0) | (header.photos << 1);

/** A token that was read: its fields, and its public name. Nothing of it is verified. */
export class ParsedToken extends SealedToken {
  readonly #bytes: Buffer;
  readonly #fields: TokenFields;

  /** @throws FaceError `token_malformed` */
  constructor(bytes: Buffer) {
    super(prefix + bytes.toString('base64url'));
    this.#bytes = bytes;
    this.#fields = readFields(bytes);
  }

  get fields(): TokenFields {
    return this.#fields;
  }

  /** Tells nothing of what is sealed. 22 characters. */
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

/** The token of these fields; its text is `fv1.` and the base64url of its 168 bytes. */
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

/**
 * Reads a token's text, once: what was read is given back as it is. There is one text for each token.
 * @throws FaceError `token_malformed`
 */
export const parseToken = (token: SealedToken): ParsedToken =>
  token instanceof ParsedToken ? token : new ParsedToken(decodeText(token));

function decodeText(token: SealedToken): Buffer {
  return token.use((text) => {
    // The length first: ten megabytes are refused without being read.
    if (text.length !== textLength || !shape.test(text)) throw new FaceError('token_malformed');
    return Buffer.from(text.slice(prefix.length), 'base64url');
  });
}
