import { expect, test } from '@jest/globals';
import { createOidcGuard } from '../../config/oidc.js';
import { counterAddition } from './config.js';

const secret = 'x'.repeat(32);
const publicKeys = [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'k1' }];
const isTaken = (...clients: unknown[]): boolean => createOidcGuard([counterAddition]).safeParse({ clients }).success;

test('a client of the kind counter requires a name, and either a secret or keys', () => {
  const counter = { kind: 'counter', id: 'desk-1', name: 'Library desk', secret };
  expect(isTaken(counter)).toBe(true);
  expect(isTaken({ ...counter, name: undefined })).toBe(false);
  // Nothing that would turn the words around it, or end the line, is in a name.
  for (const name of ['', 'x'.repeat(101), 'Bank\u202eknaB', 'Bank\nSecure', 'Bank\u0000'])
    expect(isTaken({ ...counter, name })).toBe(false);
  expect(isTaken({ ...counter, secret: undefined })).toBe(false);
  expect(isTaken({ ...counter, publicKeys })).toBe(false);
  expect(isTaken({ ...counter, secret: undefined, publicKeys })).toBe(true);
});
