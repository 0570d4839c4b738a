import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { systemRandom } from '../../../support/fakes/sinks.js';
import type { Binding } from '../../core/ports.js';
import { SealedToken } from '../../core/secrets.js';
import { epochSec } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import { parseToken, renderToken } from '../token/format.js';
import { identifyToken, toBoundScope } from './facenition-token.js';

const binding: Binding = { tenant: 'acme', idp: 'okta', subject: '00u1', scope: 'sign-in', accuracy: 4 };
const ours = (expiresAt: number | null): SealedToken =>
  renderToken({
    engine: 1,
    hasSecret: true,
    photos: 2,
    keyVersion: 9,
    expiresAt: expiresAt === null ? null : epochSec(expiresAt),
    salt: systemRandom(16),
    stored: systemRandom(128),
    tag: systemRandom(16),
  });

describe('the scope sent to the service', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 300 });
  const bindings = fc.record({ tenant: texts, idp: texts, subject: texts, scope: texts });

  test('has the form that docs/configuration.md publishes', () => {
    // Computed by other means, from the words of docs/configuration.md.
    expect(toBoundScope(binding)).toBe('sign-in#6CVqBprjhY_SDC3MycHJ5PyPjofjlcn1880pbGW6UGg');
  });

  test('differs exactly if the tenant, provider, subject or scope differs', () => {
    fc.assert(
      fc.property(bindings, bindings, (one, other) => {
        const isSame = (['tenant', 'idp', 'subject', 'scope'] as const).every((name) => one[name] === other[name]);
        expect(toBoundScope({ ...binding, ...one }) === toBoundScope({ ...binding, ...other })).toBe(isSame);
      }),
    );
  });

  test('changes if a character moves from one field to the next', () => {
    fc.assert(
      fc.property(texts, texts, texts, (a, b, c) => {
        fc.pre(b !== '');
        expect(toBoundScope({ ...binding, tenant: a + b, idp: c })).not.toBe(
          toBoundScope({ ...binding, tenant: a, idp: b + c }),
        );
      }),
    );
  });

  test.each(['tenant', 'idp', 'subject', 'scope'] as const)('is refused for an unpaired surrogate in %s', (name) => {
    const work = () => toBoundScope({ ...binding, [name]: 'a\ud800' });
    expect(work).toThrow(expect.objectContaining({ code: 'request_malformed' }));
  });
});

describe('the identity of a token', () => {
  test.each([null, 2_000_000_000])('is the token’s own id and expiry in the project’s own format, %p', (expiresAt) => {
    const token = ours(expiresAt);
    expect(identifyToken(token)).toMatchObject({ isOurs: true, tokenId: parseToken(token).tokenId, expiresAt });
  });

  test('is a stable derived id without expiry in the format of another service', () => {
    const one = identifyToken(new SealedToken('a1b2c3'));
    expect(one).toMatchObject({ isOurs: false, tokenId: expect.stringMatching(/^[\w-]{22}$/), expiresAt: null });
    expect(identifyToken(new SealedToken('a1b2c3'))).toEqual(one);
    expect(identifyToken(new SealedToken('a1b2c4')).tokenId).not.toBe(one.tokenId);
  });

  test('is an id of 22 characters, or the error token_malformed, for any text', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: 'binary' }),
      fc.string().map((s) => `fv1.${s}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(identifyToken(new SealedToken(text)).tokenId).toHaveLength(22);
          expect(text).toMatch(/^[\x21-\x7e]{1,256}$/);
        } catch (error) {
          if (!(error instanceof FaceError)) throw error;
          expect(toCode(error)).toBe('token_malformed');
        }
      }),
    );
  });
});
