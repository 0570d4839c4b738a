import { timingSafeEqual } from 'node:crypto';
import type { QueueShare } from '../../core/fair-queue.js';
import type { Accuracy, EnrolRequest, Keys, Random, Sealed, VerifyRequest } from '../../core/ports.js';
import type { Embedding, KeyMaterial } from '../../core/secrets.js';
import type { EpochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import {
  deriveTokenKeys,
  permutationOf,
  type Stretch,
  type TokenKeys,
  tagOf,
  useContentKey,
  wipeTokenKeys,
} from './derive.js';
import { latestExpiry, parseToken, renderToken, type TokenFields, type TokenHeader } from './format.js';
import { type EngineParameters, messageBitsOf, type Parameters } from './parameters.js';
import {
  candidateCount,
  codeLength,
  createListDecoder,
  messagePositions,
  packBits,
  polarEncode,
  unpackBits,
} from './polar.js';
import { signBits } from './views.js';

export interface SealRequest extends Pick<EnrolRequest, 'binding' | 'secret' | 'expiresAt' | 'share'> {
  /** Normalized mean of the embeddings of the photos, made by the current engine. */
  readonly embedding: Embedding;
  readonly photos: number;
}

export type UnlockRequest = Pick<
  VerifyRequest,
  'token' | 'binding' | 'secret' | 'expectedExpiresAt' | 'takeContentKey' | 'share'
>;

export interface OpenedToken {
  /** Similarity, −1 to 1, estimated from the share of equal sign bits. */
  readonly cosine: number;
  /** True if the token's key version or engine is not the current one. */
  readonly stale: boolean;
}

export interface Guess {
  /**
   * Weighted share of the face that contradicts this message, 0 to 1. The right message almost always has the lowest
   * value.
   */
  readonly against: number;
  /** Tests the message, which costs one Argon2id run. */
  isRight(): Promise<boolean>;
}

export interface Unlocked {
  /**
   * Opens the token with a face.
   * @param embedding - made by the token's engine; `null` if there is no usable face, in which case nothing opens but
   * the same work is done
   * @returns `null` if face, secret or context differ; the caller does not learn which
   * @throws `token_key_retired` if key or engine are missing, after the same work
   */
  open(embedding: Embedding | null): Promise<OpenedToken | null>;
  /**
   * Returns untested messages, for searches that cannot afford to test all of them.
   * @returns `candidateCount` messages, likeliest first; invalid after `wipe`
   */
  guess(embedding: Embedding | null): readonly Guess[];
  wipe(): void;
}

/** Seals faces in FV1 tokens and opens these (docs/token-format.md). */
export interface Fv1 {
  /** @throws `request_malformed` if the expiry is after 2106, or as `deriveTokenKeys`; `accuracy_not_offered` */
  seal(request: SealRequest): Promise<Sealed>;
  /**
   * Derives a token's keys before the face is known: calls the key service and runs Argon2id for the secret. The caller
   * must wipe the result.
   */
  unlock(request: UnlockRequest): Promise<Unlocked>;
}

interface Decoded {
  readonly message: Uint8Array;
  /** Share of the face that contradicts the message, 0 to 1. */
  readonly against: number;
}

interface Attempt {
  readonly message: Uint8Array;
  readonly stretched: KeyMaterial;
  readonly isRight: boolean;
}

interface Code {
  readonly positions: Uint16Array;
  readonly decoder: ReturnType<typeof createListDecoder>;
}

function createCode(messageBits: number, listSize: number): Code {
  const positions = messagePositions(messageBits);
  return { positions, decoder: createListDecoder(positions, listSize) };
}

function checkExpiry(expiresAt: EpochSec | null): void {
  if (expiresAt === null) return;
  if (!Number.isInteger(expiresAt) || expiresAt < 1 || expiresAt > latestExpiry)
    throw new FaceError('request_malformed');
}

export interface Fv1Deps {
  readonly parameters: Parameters;
  readonly keys: Keys;
  readonly random: Random;
  /** Argon2id. It must have the published cost, except in tests. */
  readonly stretch: Stretch;
}

/** @param deps - `random` is called for 16 bytes of salt, then for the message */
export function createFv1(deps: Fv1Deps): Fv1 {
  const { current, engines } = deps.parameters;
  const codes = new Map<string, Code>();
  function codeOf({ levels, listSize }: EngineParameters, accuracy: Accuracy, photos: number): Code {
    const messageBits = messageBitsOf(levels[accuracy], photos);
    const name = `${messageBits} of ${listSize}`;
    const code = codes.get(name) ?? createCode(messageBits, listSize);
    codes.set(name, code);
    return code;
  }

  /** Returns the likeliest messages first. */
  function decode(views: Float32Array, hidden: Uint8Array, order: Uint16Array, code: Code): Decoded[] {
    const soft = new Float32Array(codeLength);
    for (let at = 0; at < codeLength; at += 1) soft[order[at]] = hidden[at] === 1 ? -views[at] : views[at];
    const bits = new Uint8Array(candidateCount * code.positions.length);
    const penalties = code.decoder.decode(soft, bits);
    code.decoder.wipe();
    const whole = soft.reduce((sum, value) => sum + Math.abs(value), 0);
    soft.fill(0);
    const decoded = Array.from(penalties, (penalty, at) => ({
      message: packBits(bits.subarray(at * code.positions.length, (at + 1) * code.positions.length)),
      against: penalty / whole,
    }));
    bits.fill(0);
    return decoded;
  }

  async function attempt(
    message: Uint8Array,
    { salt, stored, tag }: TokenFields,
    keys: TokenKeys,
    share: QueueShare,
    room: number,
  ): Promise<Attempt> {
    const stretched = await deps.stretch('message', message, salt, share, room);
    return { message, stretched, isRight: timingSafeEqual(tagOf(keys, stretched, stored), tag) };
  }

  async function findMessage(
    candidates: readonly Decoded[],
    fields: TokenFields,
    keys: TokenKeys,
    share: QueueShare,
  ): Promise<Attempt | null> {
    const [likeliest, ...others] = candidates;
    const first = await attempt(likeliest.message, fields, keys, share, candidates.length);
    if (first.isRight) return first;
    const further = await Promise.all(others.map(({ message }) => attempt(message, fields, keys, share, 0)));
    const attempts = [first, ...further];
    const found = attempts.find(({ isRight }) => isRight) ?? null;
    for (const each of attempts) if (each !== found) each.stretched.wipe();
    return found;
  }

  async function seal({ embedding, photos, binding, secret, expiresAt, share }: SealRequest): Promise<Sealed> {
    checkExpiry(expiresAt);
    if (!current.levels[binding.accuracy].isOffered) throw new FaceError('accuracy_not_offered');
    const keyVersion = await deps.keys.currentVersion();
    const header: TokenHeader = { engine: current.id, hasSecret: secret !== null, photos, keyVersion, expiresAt };
    const salt = deps.random(16);
    const code = codeOf(current, binding.accuracy, photos);
    const bits = unpackBits(deps.random(Math.ceil(code.positions.length / 8))).subarray(0, code.positions.length);
    const message = packBits(bits);
    const keys = await deriveTokenKeys({ binding, header, salt }, secret, share, deps);
    const stretched = await deps.stretch('message', message, salt, share);
    const word = polarEncode(bits, code.positions);
    const views = embedding.use(current.toViews);
    const hidden = signBits(views);
    const order = permutationOf(keys.permutation);
    for (let at = 0; at < codeLength; at += 1) hidden[at] ^= word[order[at]];
    const stored = packBits(hidden);
    keys.mask.use((mask) => {
      for (let at = 0; at < stored.length; at += 1) stored[at] ^= mask[at];
    });
    const token = renderToken({ ...header, salt, stored, tag: tagOf(keys, stretched, stored) });
    for (const values of [bits, message, word, views, hidden, order]) values.fill(0);
    stretched.wipe();
    wipeTokenKeys(keys);
    return { token, tokenId: token.tokenId, engine: current.name, expiresAt, photos };
  }

  /** Creates random fields, which no message can open. */
  async function decoyFields(hasSecret: boolean): Promise<TokenFields> {
    const keyVersion = await deps.keys.currentVersion();
    const header: TokenHeader = { engine: current.id, hasSecret, photos: 1, keyVersion, expiresAt: null };
    return { ...header, salt: deps.random(16), stored: deps.random(codeLength / 8), tag: deps.random(16) };
  }

  interface Target {
    readonly fields: TokenFields;
    readonly engine: EngineParameters;
    readonly keys: TokenKeys;
    readonly refusal: FaceError | null;
  }

  async function targetOf({ token, binding, secret, share }: UnlockRequest): Promise<Target> {
    const derive = async (
      fields: TokenFields,
      engine: EngineParameters,
      refusal: FaceError | null,
    ): Promise<Target> => {
      const keys = await deriveTokenKeys({ binding, header: fields, salt: fields.salt }, secret, share, deps);
      return { fields, engine, keys, refusal };
    };
    const deriveDecoy = async (refusal: FaceError | null) =>
      derive(await decoyFields(secret !== null), current, refusal);
    if (token === null) return deriveDecoy(null);
    const { fields } = parseToken(token);
    const engine = engines.get(fields.engine);
    // The custom engine was removed or is missing on this replica.
    if (engine === undefined) return deriveDecoy(new FaceError('token_key_retired', { engine: fields.engine }));
    return derive(fields, engine, null).catch((error: unknown) => {
      if (error instanceof FaceError && error.code === 'token_key_retired') return deriveDecoy(error);
      throw error;
    });
  }

  async function unlock(request: UnlockRequest): Promise<Unlocked> {
    const { token, binding, expectedExpiresAt, takeContentKey, share } = request;
    const { fields, engine, keys, refusal } = await targetOf(request);
    const isExpected = expectedExpiresAt === undefined || expectedExpiresAt === fields.expiresAt;
    const mayOpen = token !== null && refusal === null && isExpected;
    const { salt } = fields;
    const code = codeOf(engine, binding.accuracy, fields.photos);
    const hidden = keys.mask.use((mask) => unpackBits(fields.stored.map((byte, at) => byte ^ mask[at])));
    const order = permutationOf(keys.permutation);

    const guessed: Decoded[] = [];

    return {
      async open(embedding) {
        const face = mayOpen ? embedding : null;
        const views = face === null ? drawViews() : face.use(engine.toViews);
        const candidates = decode(views, hidden, order, code);
        try {
          const found = await findMessage(candidates, fields, keys, share);
          if (refusal !== null) throw refusal;
          if (found === null || face === null) return null;
          if (takeContentKey !== undefined) useContentKey(keys, found.stretched, salt, takeContentKey);
          found.stretched.wipe();
          const word = polarEncode(unpackBits(found.message), code.positions);
          const cosine = estimateCosine(views, hidden, word, order);
          const isCurrent = fields.keyVersion === (await deps.keys.currentVersion()) && engine === current;
          return { cosine, stale: !isCurrent };
        } finally {
          for (const values of [views, ...candidates.map(({ message }) => message)]) values.fill(0);
        }
      },
      guess(embedding) {
        const face = mayOpen ? embedding : null;
        const views = face === null ? drawViews() : face.use(engine.toViews);
        const candidates = decode(views, hidden, order, code);
        views.fill(0);
        guessed.push(...candidates);
        return candidates.map(({ message, against }) => ({
          against,
          async isRight() {
            const { isRight, stretched } = await attempt(message, fields, keys, share, 1);
            stretched.wipe();
            return isRight && face !== null;
          },
        }));
      },
      wipe() {
        for (const values of [hidden, order, ...guessed.map(({ message }) => message)]) values.fill(0);
        wipeTokenKeys(keys);
      },
    };
  }

  function drawViews(): Float32Array {
    return Float32Array.from(deps.random(codeLength), (byte) => byte - 127.5);
  }

  return { seal, unlock };
}

/**
 * Estimates the cosine: vectors at angle θ differ in θ/π of the signs of random projections.
 * @see https://doi.org/10.1145/509907.509965 (Charikar)
 */
function estimateCosine(views: Float32Array, hidden: Uint8Array, word: Uint8Array, order: Uint16Array): number {
  const live = signBits(views);
  let differing = 0;
  for (let at = 0; at < codeLength; at += 1) differing += live[at] ^ hidden[at] ^ word[order[at]];
  return Math.cos((Math.PI * differing) / codeLength);
}
