import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { createFairQueue, type QueueShare } from '../../core/fair-queue.js';
import type { Binding, Keys } from '../../core/ports.js';
import { KeyMaterial, maxSecretBytes, type UserSecret } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { type TokenHeader, toFlags } from './format.js';
import { codeLength } from './polar.js';
import { drawPermutation } from './views.js';

interface StretchCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/**
 * 19 MiB, two passes, one lane. Any change would make all tokens useless.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
export const publishedCost: StretchCost = { memoryKiB: 19_456, passes: 2 };

/** Maximum of concurrent runs, which limits memory to 38 MiB. */
const greatestWidth = 2;

/**
 * Maximum of waiting Argon2id computations per class of callers, about four seconds of work. Refusing a face takes
 * eight computations. Callers are turned away before the first of them, because an attempt that is broken off later
 * would not be counted.
 */
export const mostWaiting = 1024;
const retryAfterSec = 4;

/** Separates the two uses of Argon2id. */
type StretchPurpose = 'message' | 'secret';

/**
 * Computes 32 bytes by Argon2id (RFC 9106, version 0x13) in another thread.
 * @param room - number of computations that the caller may need, all of which must fit in the queue; 0 for further
 * computations of an admitted caller
 */
export type Stretch = (
  purpose: StretchPurpose,
  value: Uint8Array,
  salt: Uint8Array,
  share: QueueShare,
  room?: number,
) => Promise<KeyMaterial>;

export function createStretch(cost: StretchCost): Stretch {
  const waiting = createFairQueue<{ go(): void; refuse(error: FaceError): void }>(mostWaiting);
  let running = 0;

  const wait = (share: QueueShare, room: number): Promise<void> =>
    new Promise((go, refuse) => {
      if (room === 0) waiting.pushBegun({ go, refuse }, share);
      else
        for (const job of waiting.push({ go, refuse }, share, room))
          job.refuse(new FaceError('overloaded', { retryAfterSec }));
    });

  async function inTurn<T>(share: QueueShare, room: number, work: () => Promise<T>): Promise<T> {
    if (running < greatestWidth) running += 1;
    else await wait(share, room);
    try {
      return await work();
    } finally {
      // The next waiting computation starts at once, so that a new call cannot take its turn.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next.go();
    }
  }

  return async (purpose, value, salt, share, room = 1) => {
    const password = Buffer.concat([Buffer.from(`facestep/fv1/${purpose}\0`), value]);
    try {
      return await inTurn(share, room, async () => {
        const options = { salt, outputLen: 32, memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: 1 };
        return new KeyMaterial(await hashRaw(password, options));
      });
    } finally {
      password.fill(0);
    }
  };
}

export interface Context {
  readonly binding: Binding;
  /** Header of the token. The derived keys depend on each of its fields. */
  readonly header: TokenHeader;
  readonly salt: Uint8Array;
}

export interface TokenKeys {
  /** Hides the code word; 128 bytes. */
  readonly mask: KeyMaterial;
  /** Seed of the permutation; 32 bytes. */
  readonly permutation: KeyMaterial;
  /** Key of the tag; 32 bytes. */
  readonly tag: KeyMaterial;
  /** With the message, gives the content key; 32 bytes. */
  readonly content: KeyMaterial;
}

/**
 * Encodes text as UTF-8. Unpaired surrogates are refused, because all of them would become the same replacement
 * character.
 */
function toUtf8(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.toString('utf8') !== text) throw new FaceError('request_malformed');
  return bytes;
}

function uint(value: number, bytes: number): Buffer {
  const encoded = Buffer.alloc(bytes);
  encoded.writeUIntBE(value, 0, bytes);
  return encoded;
}

/**
 * Encodes all fields of the context. Each field is prefixed with its four-byte length, so that different contexts never
 * have the same encoding.
 * @throws `request_malformed` if a text is not well-formed Unicode
 */
export function encodeContext({ binding, header, salt }: Context): Uint8Array {
  const fields = [
    Buffer.from('facestep/fv1/context'),
    toUtf8(binding.tenant),
    toUtf8(binding.idp),
    toUtf8(binding.subject),
    toUtf8(binding.scope),
    uint(header.engine, 1),
    uint(binding.accuracy, 1),
    uint(header.expiresAt ?? 0, 4),
    uint(toFlags(header), 1),
    uint(header.keyVersion, 2),
    salt,
  ];
  return Buffer.concat(fields.flatMap((field) => [uint(field.length, 4), field]));
}

/**
 * Returns the bytes of a user's secret in NFKC, so that different keyboards give the same bytes.
 * @throws `request_malformed` if it is empty, over 1,024 bytes, or not well-formed Unicode
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html (3.1.1.2, normalisation)
 */
export function secretBytes(secret: UserSecret): Buffer {
  return secret.use((text) => {
    // Checked before normalization, which may make a text many times longer.
    if (text.length === 0 || text.length > maxSecretBytes || toUtf8(text).length > maxSecretBytes)
      throw new FaceError('request_malformed');
    return Buffer.from(text.normalize('NFKC'), 'utf8');
  });
}

const hkdf = (key: Uint8Array, salt: Uint8Array, info: string, bytes: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, salt, `facestep/fv1/${info}`, bytes));

/**
 * Derives the keys of a token. If a secret is given, Argon2id always runs, so that timing depends only on the request.
 */
export async function deriveTokenKeys(
  context: Context,
  secret: UserSecret | null,
  share: QueueShare,
  deps: { readonly keys: Keys; readonly stretch: Stretch },
): Promise<TokenKeys> {
  // Hashed, because key services limit messages (AWS KMS: 4,096 bytes).
  const message = createHash('sha256').update(encodeContext(context)).digest();
  const typed = secret === null ? null : secretBytes(secret);
  const derive = async (): Promise<{ mac: KeyMaterial; stretched: KeyMaterial | null }> => {
    // The MAC comes first: if its key is retired, Argon2id runs only for the decoy that is opened instead.
    const mac = await deps.keys.mac(context.header.keyVersion, message);
    try {
      return { mac, stretched: typed === null ? null : await deps.stretch('secret', typed, context.salt, share) };
    } catch (error) {
      mac.wipe();
      throw error;
    }
  };
  const { mac, stretched } = await derive().finally(() => typed?.fill(0));
  const root = mac.use((first) =>
    stretched === null ? Buffer.from(first) : stretched.use((second) => Buffer.concat([first, second])),
  );
  const expand = (info: string, bytes: number): KeyMaterial => new KeyMaterial(hkdf(root, context.salt, info, bytes));
  const derived = {
    mask: expand('mask', codeLength / 8),
    permutation: expand('permutation', 32),
    tag: expand('tag', 32),
    content: expand('content', 32),
  };
  root.fill(0);
  mac.wipe();
  stretched?.wipe();
  return derived;
}

export function wipeTokenKeys(keys: TokenKeys): void {
  for (const key of [keys.mask, keys.permutation, keys.tag, keys.content]) key.wipe();
}

/** @returns for each position in the stored bits, the position in the code word */
export const permutationOf = (key: KeyMaterial): Uint16Array => key.use((seed) => drawPermutation(seed, codeLength));

/**
 * Returns the 16-byte tag of a message. The tag also covers the stored bytes. The code corrects a few wrong bits, so
 * without this, an altered copy of a denied token would have a new id and could still be opened.
 */
export const tagOf = (keys: TokenKeys, stretched: KeyMaterial, stored: Uint8Array): Buffer =>
  keys.tag.use((key) =>
    stretched.use((value) => createHmac('sha256', key).update(value).update(stored).digest().subarray(0, 16)),
  );

/** Derives the 32-byte content key and zeroes it when `take` returns. */
export function useContentKey(
  keys: TokenKeys,
  stretched: KeyMaterial,
  salt: Uint8Array,
  take: (key: Uint8Array) => void,
): void {
  const root = keys.content.use((key) => stretched.use((value) => Buffer.concat([key, value])));
  const contentKey = hkdf(root, salt, 'content-key', 32);
  root.fill(0);
  try {
    take(contentKey);
  } finally {
    contentKey.fill(0);
  }
}
