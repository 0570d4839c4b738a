import { createHash } from 'node:crypto';
import type { Binding, KeyVersion, Random } from '../../core/ports.js';
import { SealedToken } from '../../core/secrets.js';
import type { EpochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { currentEngine, type EngineId, parseToken, renderToken } from '../token/format.js';

/** Limit of a profile attribute: 256 printable characters without spaces. */
export const tokenShape = /^[\x21-\x7e]{1,256}$/;

const isOurs = (text: string): boolean => text.startsWith('fv1.');

/** Prefixes a text with its length, so that different lists of texts never have the same encoding. */
function toBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  // All unpaired surrogates would become the same replacement character, so two different users could have the same
  // scope.
  if (bytes.toString('utf8') !== text) throw new FaceError('request_malformed');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Returns a scope that binds a token to its user, because the service binds tokens only to scope, accuracy and
 * password. It consists of up to 64 characters of the original scope, `#`, and a SHA-256 of tenant, identity provider,
 * subject and scope. The service learns no user id.
 * @throws `request_malformed` if a text is not well-formed Unicode
 */
export function toBoundScope({ tenant, idp, subject, scope }: Binding): string {
  const hash = createHash('sha256');
  for (const text of ['facestep/remote/binding', tenant, idp, subject, scope]) hash.update(toBytes(text));
  const label = scope.slice(0, 64).replace(/[^\x21-\x7e]/g, '_');
  return `${label}#${hash.digest('base64url')}`;
}

export interface Identity {
  readonly token: SealedToken;
  readonly isOurs: boolean;
  readonly tokenId: string;
  /** `null` if the token is not ours. */
  readonly engine: EngineId | null;
  /** `null` if none or unknown. */
  readonly expiresAt: EpochSec | null;
}

/** Converts hexadecimal text to lower case, so that a denied token is also denied in upper case. */
const toOneCase = (text: string): string => (/^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : text);

/** Returns id and expiry of a token. The id of a foreign token is 128 bits of its SHA-256, and its expiry `null`. */
export function identifyToken(token: SealedToken): Identity {
  const text = token.use((value) => (tokenShape.test(value) ? value : ''));
  if (text === '') throw new FaceError('token_malformed');
  if (isOurs(text)) {
    const parsed = parseToken(token);
    const { engine, expiresAt } = parsed.fields;
    return { token: parsed, isOurs: true, tokenId: parsed.tokenId, engine, expiresAt };
  }
  const digest = createHash('sha256').update('facestep/remote/token-id').update(toOneCase(text)).digest();
  return { token, isOurs: false, tokenId: digest.subarray(0, 16).toString('base64url'), engine: null, expiresAt: null };
}

type Shape =
  | { readonly kind: 'ours'; readonly engine: EngineId; readonly keyVersion: KeyVersion }
  | { readonly kind: 'opaque'; readonly length: number; readonly encoding: 'hex' | 'base64url' };

/**
 * Creates decoys in the format of the latest tokens, so that timing does not reveal who is enrolled. Before the first
 * foreign token, timing may differ.
 */
export function createDecoys(random: Random) {
  let shape: Shape = { kind: 'ours', engine: currentEngine, keyVersion: 1 };
  return {
    /** Remembers the format of a token, but not its content. */
    learn(token: SealedToken): void {
      shape = token.use((text): Shape => {
        if (isOurs(text)) {
          const { engine, keyVersion } = parseToken(token).fields;
          return { kind: 'ours', engine, keyVersion };
        }
        return { kind: 'opaque', length: text.length, encoding: /^[0-9a-f]+$/.test(text) ? 'hex' : 'base64url' };
      });
    },
    draw(hasSecret: boolean): SealedToken {
      if (shape.kind === 'opaque') {
        const { length, encoding } = shape;
        return new SealedToken(Buffer.from(random(length)).toString(encoding).slice(0, length));
      }
      const { engine, keyVersion } = shape;
      const salt = random(16);
      const stored = random(128);
      const tag = random(16);
      return renderToken({ engine, keyVersion, hasSecret, photos: 1, expiresAt: null, salt, stored, tag });
    },
  };
}
