import { createHash } from 'node:crypto';
import { SealedToken } from '../core/concealed.js';
import type { Binding, KeyVersion, Random } from '../core/ports.js';
import type { EpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { currentEngine, type EngineId, parseToken, renderToken } from '../token/format.js';

/** What a profile attribute can hold: 256 characters, printable, without spaces. */
export const tokenShape = /^[\x21-\x7e]{1,256}$/;

const isOurs = (text: string): boolean => text.startsWith('fv1.');

/** Each text after its length in four bytes, so that no character can move between two of them. */
function toBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  // Unpaired surrogates would all become one replacement character, and two users one.
  if (bytes.toString('utf8') !== text) throw new FaceError('request_malformed');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * The scope sent to the service. Its API binds a token to scope, accuracy and password alone, so the whole binding but the
 * accuracy travels in the scope: up to 64 characters of it for whoever reads the service's records, `#`, and the base64url
 * of SHA-256 over tenant, identity provider, subject and scope, each after its length. A token moved to another user is
 * then refused as one of another scope is, and the service learns no user's id.
 * @throws FaceError `request_malformed`: a text that is not well-formed Unicode
 */
export function toBoundScope({ tenant, idp, subject, scope }: Binding): string {
  const hash = createHash('sha256');
  for (const text of ['facestep/remote/binding', tenant, idp, subject, scope]) hash.update(toBytes(text));
  const label = scope.slice(0, 64).replace(/[^\x21-\x7e]/g, '_');
  return `${label}#${hash.digest('base64url')}`;
}

/** What a token tells without being opened. Nothing of it is verified. */
export interface Identity {
  /** To be handed on: whoever takes it reads it no more. */
  readonly token: SealedToken;
  /** Whether it is of the format that our own servers make. */
  readonly isOurs: boolean;
  readonly tokenId: string;
  /** `null`: none, or not known. */
  readonly expiresAt: EpochSec | null;
}

/** Hexadecimal digits mean the same in either case, and whoever denied a token denied it in both. */
const toOneCase = (text: string): string => (/^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : text);

/**
 * The public name and the expiry of a token. One of our own servers tells both itself; of another, which only the service
 * can read, the name is 128 bits of its SHA-256 and the expiry is not known: `null`. Whether a service takes two texts for
 * one token it alone knows; of those that are hexadecimal the case makes no second name.
 * @throws FaceError `token_malformed`
 */
export function identifyToken(token: SealedToken): Identity {
  const text = token.use((value) => (tokenShape.test(value) ? value : ''));
  if (text === '') throw new FaceError('token_malformed');
  if (isOurs(text)) {
    const parsed = parseToken(token);
    return { token: parsed, isOurs: true, tokenId: parsed.tokenId, expiresAt: parsed.fields.expiresAt };
  }
  const digest = createHash('sha256').update('facestep/remote/token-id').update(toOneCase(text)).digest();
  return { token, isOurs: false, tokenId: digest.subarray(0, 16).toString('base64url'), expiresAt: null };
}

type Shape =
  | { readonly kind: 'ours'; readonly engine: EngineId; readonly keyVersion: KeyVersion }
  | { readonly kind: 'opaque'; readonly length: number; readonly encoding: 'hex' | 'base64url' };

/** Tokens that no face opens, for users without one. */
export interface Decoys {
  /** Takes note of how tokens of this service look: nothing that tells one from another. */
  learn(token: SealedToken): void;
  draw(hasSecret: boolean): SealedToken;
}

/**
 * Makes decoys that look like the tokens seen last, so that the service spends on them what it spends on a real one and
 * nobody can tell by the time who is enrolled. Of one of our own servers every byte but the header is random. Before the
 * first token of another service was seen, and where such a service checks more than the look, the time may differ.
 */
export function createDecoys(random: Random): Decoys {
  let shape: Shape = { kind: 'ours', engine: currentEngine, keyVersion: 1 };
  return {
    learn(token) {
      shape = token.use((text): Shape => {
        if (isOurs(text)) {
          const { engine, keyVersion } = parseToken(token).fields;
          return { kind: 'ours', engine, keyVersion };
        }
        return { kind: 'opaque', length: text.length, encoding: /^[0-9a-f]+$/.test(text) ? 'hex' : 'base64url' };
      });
    },
    draw(hasSecret) {
      if (shape.kind === 'opaque') {
        const { length, encoding } = shape;
        return new SealedToken(Buffer.from(random(length)).toString(encoding).slice(0, length));
      }
      const { engine, keyVersion } = shape;
      const [salt, stored, tag] = [random(16), random(128), random(16)];
      return renderToken({ engine, keyVersion, hasSecret, photos: 1, expiresAt: null, salt, stored, tag });
    },
  };
}
