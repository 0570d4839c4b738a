import { expect, test } from '@jest/globals';
import { findCause, isUntrusted } from './failure-cause.js';

const failed = (message: string, more: object = {}) => Object.assign(new Error(message), more);

test.each<[string, unknown]>([
  ['user name or password', failed('WRONGPASS invalid username-password pair or user is disabled.')],
  ['user name or password', failed('Ready check failed: NOAUTH Authentication required.')],
  ['lacks a right', failed("NOPERM this user has no permissions to run the 'get' command")],
  [
    'no program listens',
    failed('fetch failed', { cause: failed('', { errors: [failed('', { code: 'ECONNREFUSED' })] }) }),
  ],
  ['does not use TLS', failed('write EPROTO', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' })],
  ['set state.cluster', failed("CROSSSLOT Keys in request don't hash to the same slot")],
  ['set state.cluster', failed('MOVED 3999 127.0.0.1:6381')],
  ['remove state.cluster', failed('x', { lastNodeError: failed('ERR This instance has cluster support disabled') })],
  ['memory is full', failed("OOM command not allowed when used memory > 'maxmemory'.")],
  ['replica', failed("READONLY You can't write against a read only replica.")],
  ['disk is full', failed('x', { code: 'SQLITE_FULL' })],
  ['can only be read', failed('x', { code: 'SQLITE_READONLY_DIRECTORY' })],
  ['cannot be opened', failed('x', { code: 'SQLITE_CANTOPEN' })],
  ['AWS account lacks a right', failed('x', { name: 'AccessDeniedException' })],
  ['does not exist', failed('x', { name: 'ResourceNotFoundException' })],
  ['NODE_EXTRA_CA_CERTS', failed('fetch failed', { cause: failed('x', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }) })],
  ['NODE_EXTRA_CA_CERTS', failed('x', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })],
  ['NODE_EXTRA_CA_CERTS', failed('x', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })],
  ['has expired', failed('x', { code: 'CERT_HAS_EXPIRED' })],
  ['another host name', failed('x', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })],
])('a known failure is explained with the words “%s”', (text, error) => {
  expect(findCause(error)).toContain(text);
});

test('an unknown failure has no explanation, and its text is not repeated', () => {
  for (const error of [null, 'canary', failed('canary'), { name: 7 }]) expect(findCause(error)).toBeNull();
});

test('only a rejected certificate counts as untrusted', () => {
  expect(isUntrusted(failed('fetch failed', { cause: failed('x', { code: 'CERT_HAS_EXPIRED' }) }))).toBe(true);
  expect(isUntrusted(failed('fetch failed', { cause: failed('x', { code: 'ECONNREFUSED' }) }))).toBe(false);
});
