import { expect, test } from '@jest/globals';
import { FaceError, faceErrorCodes, publicText, toCode } from './errors.js';

test('the message of an error is the public text of its code, whatever its detail', () => {
  for (const code of faceErrorCodes) {
    expect(new FaceError(code, { canary: 'private' }).message).toBe(publicText[code]);
  }
});

test('anything thrown that is not a FaceError is internal', () => {
  expect(toCode(new TypeError('private'))).toBe('internal');
  expect(toCode('text')).toBe('internal');
  expect(toCode(new FaceError('face_none'))).toBe('face_none');
});
