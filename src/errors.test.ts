import { expect, test } from '@jest/globals';
import { FaceError, faceErrorCodes, type RefusalKind, refusals, toCode } from './errors.js';

test('the message of an error is the public text of its code, regardless of its detail', () => {
  for (const code of faceErrorCodes) {
    expect(new FaceError(code, { canary: 'private' }).message).toBe(refusals[code].text);
  }
});

test('anything thrown that is not a FaceError is internal', () => {
  expect(toCode(new TypeError('private'))).toBe('internal');
  expect(toCode('text')).toBe('internal');
  expect(toCode(new FaceError('face_none'))).toBe('face_none');
});

test('the status of a refusal fits its kind: 5xx for a fault of the service, and 4xx otherwise', () => {
  const fits = {
    caller: (status: number) => status === 401,
    request: (status: number) => status >= 400 && status < 500,
    photo: (status: number) => status === 400,
    unverified: (status: number) => status >= 400 && status < 500,
    service: (status: number) => status >= 500,
  } satisfies Record<RefusalKind, unknown>;
  const unfit = faceErrorCodes.filter((code) => !fits[refusals[code].kind](refusals[code].status));
  // The caller can ask for another accuracy; at a hook it is the settings of this service that are wrong.
  expect(unfit).toEqual(['accuracy_not_offered']);
});
