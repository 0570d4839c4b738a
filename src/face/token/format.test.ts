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

describe('refuses', () => {
  test.each([
    ['an engine nobody knows', withByte(0, 99)],
    ['the last number that no installation gives', withByte(0, 127)],
    ['engine 0', withByte(0, 0)],
    ['no photos', withByte(1, 0b0000_0001)],
    ['six photos', withByte(1, 0b0000_1100)],
    ['an unknown flag', withByte(1, 0b0001_0010)],
    ['the highest flag', withByte(1, 0b1000_0010)],
    ['key version 0', withBytes(2, 0, 0)],
    ['a character less', new SealedToken(text.slice(0, -1))],
    ['a character more', new SealedToken(`${text}A`)],
    ['a line end', new SealedToken(`${text.slice(0, -1)}\n`)],
    ['the other alphabet of base64', new SealedToken(`${text.slice(0, -1)}+`)],
    ['a prefix in capitals', new SealedToken(text.replace('fv1.', 'FV1.'))],
    ['ten megabytes', new SealedToken(`fv1.${'A'.repeat(10_000_000)}`)],
    ['nothing', new SealedToken('')],
  ])('%s', (_name, token) => {
    expect(refusal(token)).toBe('token_malformed');
  });

  test('anything else with nothing but a FaceError', () => {
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

describe('reads', () => {
  test.each([128, 255])("an installation's own engine %i, whether it is there or not", (engine) => {
    expect(parseToken(withByte(0, engine)).fields.engine).toBe(engine);
  });

  test('what it wrote, in 228 characters', () => {
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

  test('any fields back, and each has one text only', () => {
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

test('a token is read once, and prints as a sealed one', () => {
  const parsed = parseToken(new SealedToken(text));
  expect(parseToken(parsed)).toBe(parsed);
  const made = renderToken(parsed.fields);
  expect(parseToken(made)).toBe(made);
  for (const printed of [`${parsed}`, JSON.stringify({ parsed }), inspect(parsed, { showHidden: true, depth: 9 })])
    expect(printed).toMatch(/^(?:\{"parsed":)?"?\[SealedToken\]"?\}?$/);
  expect(Object.keys(parsed)).toEqual(['label']);
});

test('the id is 22 characters, differs for every bit and is not a plain digest of the token', () => {
  const id = parseToken(new SealedToken(text)).tokenId;
  expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  const others = Array.from({ length: 160 }, (_, at) => parseToken(withByte(8 + at, 0)).tokenId);
  expect(new Set([id, ...others]).size).toBe(161);
  const plain = createHash('sha256')
    .update(Buffer.from(text.slice(4), 'base64url'))
    .digest('base64url');
  expect(plain.startsWith(id)).toBe(false);
});
