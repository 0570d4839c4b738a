import { expect, test } from '@jest/globals';
import { createTextLog } from '../../../support/fakes/sinks.js';
import { FaceError } from '../../errors.js';
import { toDetailLines, toFailure } from './failure.js';

test.each([
  [{ status: 400 }, 'provider_refused'],
  [{ status: 403 }, 'provider_refused'],
  [{ status: 408 }, 'profile_unavailable'],
  [{ status: 429 }, 'profile_unavailable'],
  [{ status: 503 }, 'profile_unavailable'],
  [{ result: 50, refusal: 'invalid_request' }, 'provider_refused'],
  [{ result: 52, refusal: null }, 'profile_unavailable'],
])('a reply of the provider with %j is reported as %s', (detail, code) => {
  expect(toFailure(new FaceError('profile_unavailable', detail), createTextLog())).toMatchObject({ code, detail });
});

test('a missing reply is not reported as a refusal', () => {
  for (const detail of [null, { status: null }, { reason: 'no answer' }])
    expect(toFailure(new FaceError('profile_unavailable', detail), createTextLog()).code).toBe('profile_unavailable');
});

test.each([{ status: 401 }, { status: 400, code: 'invalid_client' }, { refusal: 'invalid_client' }])(
  'a provider that answers %j is reported to refuse the credentials, not to miss a permission',
  (detail) => {
    expect(toFailure(new FaceError('profile_unavailable', detail), createTextLog())).toEqual({
      state: 'failed',
      code: 'provider_refused',
      reason: 'The identity provider does not accept the credentials of this connection.',
      detail,
    });
  },
);

test('details of a failure are listed in words, and problems of the configuration one by one', () => {
  expect(toDetailLines({ status: 403, code: 'E0000006', cause: null })).toEqual(['status: 403, code: E0000006']);
  expect(toDetailLines({ problems: [{ path: 'port', reason: 'is missing' }] })).toEqual(['port: is missing']);
  expect(toDetailLines({ nested: { a: 1 } })).toEqual(['{"nested":{"a":1}}']);
  expect([null, {}, { cause: null }].flatMap(toDetailLines)).toEqual([]);
});
