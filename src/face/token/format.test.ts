import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SealedToken } from '../../core/secrets.js';
import { epochSec } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import { parseToken, renderToken, type TokenFields } from './format.js';

const sample: TokenFields = {
  engine: 1,
  hasSecret: true,
  photos: 3,
  keyVersion: 258,
  expiresAt: epochSec(0x01020304),
  salt: new Uint8Array(16).fill(0xaa),
  stored: new Uint8Array(128).fill(0xbb),
  tag: new Uint8Array(16).fill(0xcc),
};
const text = renderToken(sample).use((value) => value);
const withBytes = (at: number, ...changed: number[]): SealedToken => {
  const bytes = Buffer.from(text.slice(4), 'base64url');
  bytes.set(changed, at);
  return new SealedToken(`fv1.${bytes.toString('base64url')}`);
};
const withByte = withBytes;
const refusal = (token: SealedToken): string => {
  try {
    parseToken(token);
    return 'none';
  } catch (error) {
    return toCode(error);
  }
};

describe('the parser refuses', () => {
  test.each([
    ['an unknown engine', withByte(0, 99)],
    ['engine 127, the last number reserved for built-in engines', withByte(0, 127)],
    ['engine 0', withByte(0, 0)],
    ['a photo count of 0', withByte(1, 0b0000_0001)],
    ['a photo count of 6', withByte(1, 0b0000_1100)],
    ['an unknown flag bit', withByte(1, 0b0001_0010)],
    ['the highest flag bit', withByte(1, 0b1000_0010)],
    ['key version 0', withBytes(2, 0, 0)],
    ['a token with a character missing', new SealedToken(text.slice(0, -1))],
    ['a token with an extra character', new SealedToken(`${text}A`)],
    ['a token that ends with a line feed', new SealedToken(`${text.slice(0, -1)}\n`)],
    ['standard base64 instead of base64url', new SealedToken(`${text.slice(0, -1)}+`)],
    ['a prefix in upper case', new SealedToken(text.replace('fv1.', 'FV1.'))],
    ['a token of ten megabytes', new SealedToken(`fv1.${'A'.repeat(10_000_000)}`)],
    ['an empty token', new SealedToken('')],
  ])('%s', (_name, token) => {
    expect(refusal(token)).toBe('token_malformed');
  });

  test('any other text with token_malformed and no other error', () => {
    const character = fc.constantFrom(...'fv1.AZaz09-_=+/ \u0000é\ud800');
    const strings = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: character, minLength: 220, maxLength: 236 }),
    );
    fc.assert(
      fc.property(strings, (value) => {
        try {
          parseToken(new SealedToken(value));
        } catch (error) {
          expect(error).toBeInstanceOf(FaceError);
          expect(toCode(error)).toBe('token_malformed');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the parser reads', () => {
  test.each([128, 255])('the number %i of a custom engine, even if that engine is not installed', (engine) => {
    expect(parseToken(withByte(0, engine)).fields.engine).toBe(engine);
  });

  test('the rendered fields from 228 characters', () => {
    expect(text).toMatch(/^fv1\.[A-Za-z0-9_-]{224}$/);
    expect(Buffer.from(text.slice(4), 'base64url').subarray(0, 8).toString('hex')).toBe('0107010201020304');
    const { salt, stored, tag, ...header } = parseToken(new SealedToken(text)).fields;
    expect(header).toEqual({ engine: 1, hasSecret: true, photos: 3, keyVersion: 258, expiresAt: 0x01020304 });
    expect([salt, stored, tag].map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual([
      'aa'.repeat(16),
      'bb'.repeat(128),
      'cc'.repeat(16),
    ]);
  });

  test('any fields that were rendered, and each token has exactly one text', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const fields = fc.record({
      engine: fc.constant(1 as const),
      hasSecret: fc.boolean(),
      photos: fc.integer({ min: 1, max: 5 }),
      keyVersion: fc.integer({ min: 1, max: 65_535 }),
      expiresAt: fc.option(fc.integer({ min: 1, max: 0xffff_ffff }).map(epochSec)),
      salt: bytes(16),
      stored: bytes(128),
      tag: bytes(16),
    });
    fc.assert(
      fc.property(fields, (value) => {
        const token = renderToken(value);
        const parsed = parseToken(token).fields;
        const plain = ({ salt, stored, tag, ...from }: TokenFields) => [
          from,
          ...[salt, stored, tag].map((each) => [...each]),
        ];
        expect(plain(parsed)).toEqual(plain(value));
        expect(renderToken(parsed).use((again) => again)).toBe(token.use((first) => first));
      }),
    );
  });
});

test('a token is parsed once, and prints without its text', () => {
  const parsed = parseToken(new SealedToken(text));
  expect(parseToken(parsed)).toBe(parsed);
  const made = renderToken(parsed.fields);
  expect(parseToken(made)).toBe(made);
  for (const printed of [`${parsed}`, JSON.stringify({ parsed }), inspect(parsed, { showHidden: true, depth: 9 })])
    expect(printed).toMatch(/^(?:\{"parsed":)?"?\[SealedToken\]"?\}?$/);
  expect(Object.keys(parsed)).toEqual(['label']);
});

test('the token id has 22 characters, changes with every bit and is not a plain digest of the token', () => {
  const id = parseToken(new SealedToken(text)).tokenId;
  expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  const others = Array.from({ length: 160 }, (_, at) => parseToken(withByte(8 + at, 0)).tokenId);
  expect(new Set([id, ...others]).size).toBe(161);
  const plain = createHash('sha256')
    .update(Buffer.from(text.slice(4), 'base64url'))
    .digest('base64url');
  expect(plain.startsWith(id)).toBe(false);
});
