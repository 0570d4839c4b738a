import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parameters } from '../../../support/data/parameters.js';
import { testShare } from '../../../support/data/share.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { toEmbedding } from '../../../support/fakes/simulated-engine.js';
import type { Accuracy, Binding, Keys } from '../../core/ports.js';
import { Embedding, KeyMaterial, SealedToken, UserSecret } from '../../core/secrets.js';
import { type EpochSec, epochSec } from '../../core/units.js';
import { toCode } from '../../errors.js';
import {
  createStretch,
  deriveTokenKeys,
  encodeContext,
  mostWaiting,
  permutationOf,
  publishedCost,
  type Stretch,
} from './derive.js';
import { parseToken } from './format.js';
import { createFv1, type Fv1, type SealRequest, type UnlockRequest } from './fv1.js';
import { accuracies } from './parameters.js';
import { candidateCount, codeLength, createListDecoder, messagePositions, polarEncode, unpackBits } from './polar.js';
import { signBits } from './views.js';

// The cheapest Argon2id: thousands of openings below ask whether they are refused, not what a guess costs.
const stretch = createStretch({ memoryKiB: 8, passes: 1 });
const keys = createKeysInMemory(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
const random = (bytes: number): Uint8Array => randomBytes(bytes);
const fv1 = createFv1({ parameters, keys, random, stretch });
/** Seals under a version that `keys` do not hold. */
const retiredFv1 = createFv1({
  parameters,
  random,
  stretch,
  keys: createKeysInMemory(null, null, new Uint8Array(32).fill(9)),
});

const binding: Binding = { tenant: 'acme', idp: 'okta', subject: '00u1', scope: 'sign-in', accuracy: 4 };
const expiresAt = epochSec(2_000_000_000);
const embedding = (person = 'Ada', shot = 1): Embedding => new Embedding(toEmbedding(person, shot));

const seal = (changes: Partial<SealRequest> = {}, by: Fv1 = fv1) =>
  by.seal({ embedding: embedding(), photos: 1, binding, secret: null, expiresAt, ...changes, share: testShare });
const open = async (
  token: SealedToken | null,
  { embedding: live = embedding('Ada', 2), ...changes }: Partial<UnlockRequest> & { embedding?: Embedding | null } = {},
  by: Fv1 = fv1,
) => {
  const unlocked = await by.unlock({ token, binding, secret: null, ...changes, share: testShare });
  return unlocked.open(live).finally(() => unlocked.wipe());
};
const bytesOf = (token: SealedToken): Buffer => token.use((text) => Buffer.from(text.slice(4), 'base64url'));
const toToken = (bytes: Uint8Array): SealedToken => new SealedToken(`fv1.${Buffer.from(bytes).toString('base64url')}`);

const isParsed = (text: string): boolean => parsedExpiry(new SealedToken(text)) !== undefined;
/** The expiry that a text tells; `undefined`: it is no token. */
const parsedExpiry = (token: SealedToken): EpochSec | null | undefined => {
  try {
    return parseToken(token).fields.expiresAt;
  } catch {
    return undefined;
  }
};

/** Whether an opening is refused, by a verdict or by a code that tells nothing of the face. */
const isRefused = async (work: Promise<unknown>): Promise<boolean> => {
  const outcome = await work.catch((error: unknown) => toCode(error));
  return outcome === null || outcome === 'token_malformed' || outcome === 'token_key_retired';
};

describe('the fv1 scheme refuses', () => {
  test('each of 200 impostors, at every accuracy', async () => {
    for (const accuracy of accuracies) {
      const { token } = await seal({ binding: { ...binding, accuracy } });
      for (let other = 0; other < 25; other += 1) {
        const stranger = embedding(`Stranger ${accuracy} ${other}`);
        expect(await open(token, { binding: { ...binding, accuracy }, embedding: stranger })).toBeNull();
      }
    }
  });

  /** What the caller may expect of a token's expiry: nothing, what it was sealed with, or what it tells where that differs. */
  const expectations = (token: SealedToken): Partial<UnlockRequest>[] => {
    const told = parsedExpiry(token) ?? null;
    return [{}, { expectedExpiresAt: expiresAt }, ...(told === expiresAt ? [] : [{ expectedExpiresAt: told }])];
  };

  const same = () => ({ embedding: embedding('Ada', 1) });

  /** Whether the token with these bytes changed is refused, whatever expiry is expected. */
  const isRefusedWith = async (
    token: SealedToken,
    changes: readonly { at: number; by: number }[],
  ): Promise<boolean> => {
    const bytes = bytesOf(token);
    for (const { at, by } of changes) bytes[at]! ^= by;
    const changed = toToken(bytes);
    const openings = expectations(changed).map((expected) => open(changed, { ...same(), ...expected }));
    return (await Promise.all(openings.map(isRefused))).every(Boolean);
  };

  test('every single-bit change of the token, although the code could correct most of them', async () => {
    const { token } = await seal();
    for (const expected of expectations(token)) expect(await open(token, { ...same(), ...expected })).not.toBeNull();
    for (let bit = 0; bit < bytesOf(token).length * 8; bit += 1)
      expect([bit, await isRefusedWith(token, [{ at: bit >> 3, by: 0x80 >> (bit & 7) }])]).toEqual([bit, true]);
  });

  test('every other value of each unencrypted byte', async () => {
    const { token } = await seal();
    for (let at = 0; at < 8; at += 1)
      for (let by = 1; by < 256; by += 1)
        expect([at, by, await isRefusedWith(token, [{ at, by }])]).toEqual([at, by, true]);
  });

  test('any set of up to six changed bytes, for any expected expiry', async () => {
    const { token } = await seal();
    const change = fc.record({
      // As often among the bytes that are told in clear as among all others.
      at: fc.oneof(fc.nat(7), fc.nat(bytesOf(token).length - 1)),
      by: fc.integer({ min: 1, max: 255 }),
    });
    const changes = fc.uniqueArray(change, { selector: ({ at }) => at, minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, async (all) => expect(await isRefusedWith(token, all)).toBe(true)),
      { numRuns: 200 },
    );
  });

  test('every changed character of the token’s text, so that no token has two texts', async () => {
    const { token } = await seal();
    const text = token.use((value) => value);
    const live = { ...same(), expectedExpiresAt: expiresAt };
    const isSame = (other: string): boolean =>
      isParsed(other) && parseToken(new SealedToken(other)).tokenId === parseToken(token).tokenId;
    for (let at = 0; at < text.length; at += 1) {
      const before = text.slice(0, at);
      const own = text[at]!;
      const after = text.slice(at + 1);
      const others = [...'AZaz09-_+/=. \u0000\u00e9', own.toLowerCase(), own.toUpperCase()].filter(
        (one) => one !== own,
      );
      const changed = [...others.map((one) => before + one + after), before + after, `${before}A${own}${after}`];
      expect({ at, same: changed.filter(isSame) }).toEqual({ at, same: [] });
      const [likeliest] = changed.filter(isParsed);
      if (likeliest !== undefined) expect(await isRefused(open(new SealedToken(likeliest), live))).toBe(true);
    }
    for (const other of [` ${text}`, `${text} `, `${text}\n`, `${text}=`, text.toUpperCase(), text.toLowerCase()])
      expect(await isRefused(open(new SealedToken(other), live))).toBe(true);
  });

  test('a token spliced from two tokens of one person', async () => {
    const one = bytesOf((await seal()).token);
    const other = bytesOf((await seal()).token);
    for (const at of [16, 24, 88, 152]) {
      const mixed = Buffer.concat([one.subarray(0, at), other.subarray(at)]);
      expect(await isRefused(open(toToken(mixed)))).toBe(true);
    }
  });

  const moves = {
    tenant: { tenant: 'acme2' },
    idp: { idp: 'entra' },
    subject: { subject: '00u2' },
    scope: { scope: 'sign-In' },
    accuracy: { accuracy: 5 },
  } satisfies { [Field in keyof Binding]: Pick<Binding, Field> };
  test.each(Object.entries(moves))('a binding with another %s', async (_field, change) => {
    const { token } = await seal();
    expect(await open(token, same())).not.toBeNull();
    expect(await open(token, { ...same(), binding: { ...binding, ...change } })).toBeNull();
  });

  test('every binding that differs from the sealed one, even if bytes move between fields', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u0000', 'é'), maxLength: 3 });
    const accuracy = fc.constantFrom<Accuracy>(4, 5);
    const context = fc.record({ tenant: text, idp: text, subject: text, scope: text, accuracy });
    const pairs = fc.tuple(context, context).filter(([a, b]) => JSON.stringify(a) !== JSON.stringify(b));
    await fc.assert(
      fc.asyncProperty(pairs, async ([sealedFor, openedFor]) => {
        const { token } = await seal({ binding: sealedFor });
        expect(await open(token, { ...same(), binding: sealedFor })).not.toBeNull();
        expect(await open(token, { ...same(), binding: openedFor })).toBeNull();
      }),
      { numRuns: 100 },
    );
  });

  test('an expected expiry that differs from the sealed one, including none', async () => {
    const { token } = await seal();
    const endless = await seal({ expiresAt: null });
    expect(await open(token, { expectedExpiresAt: epochSec(expiresAt + 1) })).toBeNull();
    expect(await open(token, { expectedExpiresAt: null })).toBeNull();
    expect(await open(endless.token, { expectedExpiresAt: expiresAt })).toBeNull();
    expect(await open(endless.token, { expectedExpiresAt: null })).not.toBeNull();
  });

  test.each([
    ['wrong', 'horse', 'Horse'],
    ['missing', 'horse', null],
    ['superfluous', null, 'horse'],
  ])('a %s user secret', async (_name, sealedWith, openedWith) => {
    const [enrolled, given] = [sealedWith, openedWith].map((text) => (text === null ? null : new UserSecret(text)));
    const { token } = await seal({ secret: enrolled! });
    expect(await open(token, { secret: enrolled! })).not.toBeNull();
    expect(await open(token, { secret: given! })).toBeNull();
  });

  test('a token under a different key of the same version', async () => {
    const { token } = await seal();
    const others = createKeysInMemory(new Uint8Array(32).fill(1), new Uint8Array(32).fill(3));
    expect(await open(token, {}, createFv1({ parameters, keys: others, random, stretch }))).toBeNull();
  });

  test('a token whose key is retired or never existed, with token_key_retired', async () => {
    const { token } = await seal();
    const retired = createKeysInMemory(new Uint8Array(32).fill(1), null);
    const code = (by: Keys) => open(token, {}, createFv1({ parameters, keys: by, random, stretch })).catch(toCode);
    expect(await code(retired)).toBe('token_key_retired');
    expect(await code(createKeysInMemory(new Uint8Array(32).fill(1)))).toBe('token_key_retired');
  });

  test.each([
    ['a secret of 1,025 bytes in 513 characters', { secret: new UserSecret(`s${'é'.repeat(512)}`) }],
    ['an empty secret', { secret: new UserSecret('') }],
    ['a secret with an unpaired surrogate', { secret: new UserSecret('\ud800') }],
    ['a scope with an unpaired surrogate', { binding: { ...binding, scope: 'a\udc00' } }],
  ])('%s, when sealing and when opening', async (_name, change) => {
    const { token } = await seal();
    await expect(seal(change)).rejects.toMatchObject({ code: 'request_malformed' });
    await expect(open(token, change)).rejects.toMatchObject({ code: 'request_malformed' });
  });

  test.each([0, -1, 2 ** 32, Number.NaN])('an expiry of %p when sealing', async (end) => {
    await expect(seal({ expiresAt: epochSec(end) })).rejects.toMatchObject({ code: 'request_malformed' });
  });
});

describe('each refusal costs the same number of Argon2id runs and key service calls', () => {
  const tokenOf = async (changes?: Partial<SealRequest>, by?: Fv1) => (await seal(changes, by)).token;
  const a = new UserSecret('a');
  const b = new UserSecret('b');
  const withLaterEnd = async (): Promise<SealedToken> => {
    const changed = bytesOf(await tokenOf());
    changed.writeUInt32BE(expiresAt + 1, 4);
    return toToken(changed);
  };
  test.each([
    ['another face', tokenOf, { embedding: embedding('Bob') }, 8],
    ['no face', tokenOf, { embedding: null }, 8],
    ['another scope', tokenOf, { binding: { ...binding, scope: 'x' } }, 8],
    ['no enrolment', async () => null, {}, 8],
    ['the right face, another expiry expected', tokenOf, { expectedExpiresAt: epochSec(expiresAt + 1) }, 8],
    ['the right face, no expiry expected', tokenOf, { expectedExpiresAt: null }, 8],
    ['a changed expiry, the true one expected', withLaterEnd, { expectedExpiresAt: expiresAt }, 8],
    ['a wrong secret', () => tokenOf({ secret: a }), { secret: b }, 9],
    ['a right secret, another face', () => tokenOf({ secret: a }), { secret: a, embedding: embedding('Bob') }, 9],
    ['a superfluous secret', tokenOf, { secret: b }, 9],
    ['no enrolment and a secret', async () => null, { secret: b }, 9],
    ['a retired key', () => tokenOf({}, retiredFv1), {}, 8],
    ['a retired key and a secret', () => tokenOf({ secret: a }, retiredFv1), { secret: a }, 9],
  ] as const)('with %s', async (name, prepare, changes, runs) => {
    const token = await prepare();
    const counted = { stretches: 0, macs: 0 };
    const counting = createFv1({
      parameters,
      random,
      keys: {
        ...keys,
        mac: async (version, message) => {
          const mac = await keys.mac(version, message);
          counted.macs += 1;
          return mac;
        },
      },
      stretch: (...input) => {
        counted.stretches += 1;
        return stretch(...input);
      },
    });
    const outcome = await open(token, changes, counting).catch(toCode);
    expect(outcome).toBe(name.startsWith('a retired key') ? 'token_key_retired' : null);
    expect(counted).toEqual({ stretches: runs, macs: 1 });
  });
});

describe('when the queue of Argon2id runs is full', () => {
  const flood = (runs: number, by: Stretch) =>
    Promise.allSettled(
      Array.from({ length: runs }, () => by('message', new Uint8Array(8), new Uint8Array(16), testShare)),
    );

  const hold = async () => {
    const busy = createStretch({ memoryKiB: 8, passes: 1 });
    const { token } = await seal();
    const request = { token, binding, secret: null, share: testShare };
    return { busy, unlocked: await createFv1({ parameters, keys, random, stretch: busy }).unlock(request) };
  };

  test('an opening that has started is completed and never ends in overloaded', async () => {
    const { busy, unlocked } = await hold();
    const opening = unlocked.open(embedding('Bob')).catch(toCode);
    await flood(2 * mostWaiting, busy);
    expect(await opening).toBeNull();
  });

  test('an opening that finds no free place is refused as overloaded before any comparison', async () => {
    const { busy, unlocked } = await hold();
    const before = flood(mostWaiting, busy);
    expect(await unlocked.open(embedding('Ada', 2)).catch(toCode)).toBe('overloaded');
    await before;
  });
});

describe('the fv1 scheme opens', () => {
  test.each(accuracies)(
    'another photo of the person at accuracy %i, and the released content key is zeroed',
    async (accuracy) => {
      const at = { binding: { ...binding, accuracy } };
      const sealed = await seal({ ...at, photos: 3 });
      const taken: string[] = [];
      const given: Uint8Array[] = [];
      const takeContentKey = (key: Uint8Array): void => {
        given.push(key);
        taken.push(Buffer.from(key).toString('hex'));
      };
      for (let time = 0; time < 2; time += 1)
        expect(await open(sealed.token, { ...at, takeContentKey })).toMatchObject({ stale: false });
      expect(taken).toEqual([expect.stringMatching(/^(?!0{64})[0-9a-f]{64}$/), taken[0]]);
      expect(given.flatMap((key) => [...key])).toEqual(Array.from({ length: 64 }, () => 0));
      expect(sealed.token.use((text) => text.length)).toBe(228);
      expect(parseToken(sealed.token).fields).toMatchObject({ photos: 3, keyVersion: 2, expiresAt });
    },
  );

  test('a secret in another Unicode form, and a secret of exactly 1,024 bytes', async () => {
    const { token } = await seal({ secret: new UserSecret('caf\u00e9 \uff11\uff12') });
    expect(await open(token, { secret: new UserSecret('cafe\u0301 12') })).not.toBeNull();
    const long = { secret: new UserSecret('s'.repeat(1024)) };
    expect(await open((await seal(long)).token, long)).not.toBeNull();
  });

  test('a token under an older key, which is reported as stale', async () => {
    const older = createKeysInMemory(new Uint8Array(32).fill(1));
    const { token } = await seal({}, createFv1({ parameters, keys: older, random, stretch }));
    expect(await open(token)).toMatchObject({ stale: true });
  });

  test('a token at the published Argon2id cost, but not at another cost', async () => {
    const published = createFv1({ parameters, keys, random, stretch: createStretch(publishedCost) });
    const { token } = await seal({}, published);
    expect(await open(token, {}, published)).not.toBeNull();
    expect(await open(token)).toBeNull();
  });
});

describe('tokens are unlinkable', () => {
  const ones = (bytes: Uint8Array): number => unpackBits(bytes).reduce((sum, bit) => sum + bit, 0);

  test('stored bits, tags and ids look random, for one person or two', async () => {
    const secretPart = (token: SealedToken) => bytesOf(token).subarray(8);
    const sealed = await Promise.all(Array.from({ length: 64 }, () => seal({ embedding: embedding('Ada', 1) })));
    const tokens = sealed.map(({ token }) => secretPart(token));
    const bits = tokens[0]!.length * 8;
    const total = tokens.reduce((sum, token) => sum + ones(token), 0);
    // Six standard deviations of fair coins.
    expect(Math.abs(total - 32 * bits)).toBeLessThan(6 * Math.sqrt(16 * bits));
    for (let at = 1; at < tokens.length; at += 1) {
      const differing = ones(tokens[at]!.map((byte, i) => byte ^ tokens[at - 1]![i]!));
      expect(Math.abs(differing - bits / 2)).toBeLessThan(6 * Math.sqrt(bits / 4));
    }
  });

  test('two unmasked tokens of one person are linked by decoding only without the permutation', async () => {
    const positions = messagePositions(80);
    const decoder = createListDecoder(positions, 8);
    /** The share of bits in which the nearest code word found differs. */
    const distance = (bits: Uint8Array): number => {
      const messages = new Uint8Array(candidateCount * 80);
      decoder.decode(
        Float32Array.from(bits, (bit) => 1 - 2 * bit),
        messages,
      );
      const distances = Array.from({ length: candidateCount }, (_, at) => {
        const word = polarEncode(messages.subarray(at * 80, (at + 1) * 80), positions);
        return word.reduce((sum, bit, i) => sum + (bit ^ bits[i]!), 0) / codeLength;
      });
      return Math.min(...distances);
    };
    /** What a thief of token and key has: the sign bits under the permuted code word. */
    const unmask = async (token: SealedToken) => {
      const fields = parseToken(token).fields;
      const derived = await deriveTokenKeys({ binding, header: fields, salt: fields.salt }, null, testShare, {
        keys,
        stretch,
      });
      const hidden = derived.mask.use((mask) => unpackBits(fields.stored.map((byte, at) => byte ^ mask[at]!)));
      return { hidden, order: permutationOf(derived.permutation) };
    };
    const { toViews } = parameters.current;
    const xor = (a: Uint8Array, b: Uint8Array) => a.map((bit, at) => bit ^ b[at]!);
    for (let pair = 0; pair < 10; pair += 1) {
      const shots = [toEmbedding('Ada', pair), toEmbedding('Ada', pair + 100)];
      const bare = shots.map((shot, at) => {
        const message = unpackBits(createHash('sha256').update(`${pair} ${at}`).digest().subarray(0, 10));
        return xor(signBits(toViews(shot)), polarEncode(message, positions));
      });
      const sealed = await Promise.all(shots.map((shot) => seal({ embedding: new Embedding(shot.slice()) })));
      const [one, other] = await Promise.all(sealed.map(({ token }) => unmask(token)));
      // Of 200 words of fair coins the nearest was .337 away, the median .348.
      expect(distance(xor(bare[0]!, bare[1]!))).toBeLessThan(0.25);
      expect(distance(xor(one!.hidden, other!.hidden))).toBeGreaterThan(0.32);
      // Undoing either permutation leaves the other.
      const undone = new Uint8Array(codeLength);
      xor(one!.hidden, other!.hidden).forEach((bit, at) => {
        undone[one!.order[at]!] = bit;
      });
      expect(distance(undone)).toBeGreaterThan(0.32);
    }
  });
});

test('equal contexts have one encoding, and different contexts have different encodings', () => {
  const header = { engine: 1, hasSecret: false, photos: 1, keyVersion: 1, expiresAt } as const;
  const text = fc.string({ unit: fc.constantFrom('a', '\u0000', '\u0001'), maxLength: 3 });
  const accuracy = fc.constantFrom(...accuracies);
  const context = fc.record({ tenant: text, idp: text, subject: text, scope: text, accuracy });
  const encode = (from: Binding) =>
    Buffer.from(encodeContext({ binding: from, header, salt: new Uint8Array(16) })).toString('hex');
  fc.assert(
    fc.property(context, context, (a, b) => {
      expect(encode(a) === encode(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 1000 },
  );
});

test('a permutation contains each position once, and its choices are evenly distributed', () => {
  const counts = new Uint32Array(8);
  for (let at = 0; at < 800; at += 1) {
    const order = permutationOf(new KeyMaterial(createHash('sha256').update(String(at)).digest()));
    expect(new Set(order).size).toBe(codeLength);
    counts[order[codeLength - 1]! >> 7]! += 1;
  }
  // Chi-squared with seven degrees of freedom exceeds 29.9 once in 10,000 fair draws; the draws are always the same.
  const chiSquared = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
  expect(chiSquared).toBeLessThan(29.9);
});
