import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FaceError } from '../../errors.js';
import { parsePasskeyAnswer } from './answer.js';

const prf = 'canarycanarycanarycanarycanarycanarycanarya';
const assertion = {
  id: 'aWQ',
  rawId: 'aWQ',
  type: 'public-key',
  authenticatorAttachment: 'platform',
  response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA', userHandle: 'dXNlcg' },
  clientExtensionResults: { prf: { results: { first: prf } }, credProps: { rk: true } },
};
const creation = {
  id: 'aWQ',
  rawId: 'aWQ',
  type: 'public-key',
  response: { clientDataJSON: 'e30', attestationObject: 'AAAA', transports: ['internal'], publicKey: 'AAAA' },
  clientExtensionResults: { prf: { enabled: true } },
};

const refusalOf = (text: string): FaceError => {
  try {
    parsePasskeyAnswer(text);
  } catch (error) {
    if (error instanceof FaceError) return error;
  }
  throw new Error('not refused');
};

describe('a passkey answer', () => {
  test('is parsed with its secret kept separately and unused fields dropped', () => {
    const answer = parsePasskeyAnswer(JSON.stringify({ creation, assertion, other: 1 }));
    expect(answer).toEqual({
      creation: { id: 'aWQ', clientDataJSON: 'e30', attestationObject: 'AAAA', transports: ['internal'], prf: null },
      assertion: {
        id: 'aWQ',
        clientDataJSON: 'e30',
        authenticatorData: 'AAAA',
        signature: 'AAAA',
        prf: expect.anything(),
      },
    });
    expect(answer.assertion?.prf?.use((text) => text)).toBe(prf);
  });

  test('does not print its secret', () => {
    const answer = parsePasskeyAnswer(JSON.stringify({ assertion }));
    expect(JSON.stringify(answer) + inspect(answer, { depth: 9 }) + String(answer.assertion?.prf)).not.toContain(
      'canary',
    );
  });

  const withPrf = (first: unknown) =>
    JSON.stringify({ assertion: { ...assertion, clientExtensionResults: { prf: { results: { first } } } } });

  test.each([
    ['invalid JSON', `{"assertion":{"clientExtensionResults":{"prf":{"results":{"first":"${prf}"`],
    ['a short secret', withPrf('canarycanary')],
    ['an object in place of the secret', withPrf({ canary: 1 })],
    ['a missing signature', JSON.stringify({ assertion: { ...assertion, response: { clientDataJSON: 'e30' } } })],
    ['an id that is too long', JSON.stringify({ assertion: { ...assertion, id: 'A'.repeat(1365) } })],
    [
      'client data that is too long',
      JSON.stringify({
        creation: { ...creation, response: { ...creation.response, clientDataJSON: 'A'.repeat(4097) } },
      }),
    ],
  ])('is refused with %s, and the error contains no text of the answer', (_, text) => {
    const error = refusalOf(text);
    expect(error.code).toBe('request_malformed');
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error.detail)).not.toContain('canary');
    expect(error.cause).toBeUndefined();
  });

  test('is parsed or refused for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parsePasskeyAnswer(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'request_malformed' });
        }
      }),
    );
  });
});
