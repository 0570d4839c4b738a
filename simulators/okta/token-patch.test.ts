import { describe, expect, test } from '@jest/globals';
import { applyTokenCommands } from './token-patch.js';

const drafts = {
  identity: { claims: { sub: '00u1', nonce: 'n', old: 'value' }, lifetimeSec: 3600 },
  access: { claims: { uid: '00u1', aud: 'api://default', old: 'value' }, lifetimeSec: 3600 },
};
const patch = (kind: 'identity' | 'access', ...operations: unknown[]) => [
  { type: `com.okta.${kind}.patch`, value: operations },
];

describe('the commands of a token hook', () => {
  test('add, replace and remove claims, and set the lifetime', () => {
    const patched = applyTokenCommands(drafts, [
      ...patch(
        'identity',
        { op: 'add', path: '/claims/new', value: { a: [1] } },
        { op: 'remove', path: '/claims/old' },
      ),
      ...patch(
        'access',
        { op: 'replace', path: '/claims/old', value: 7 },
        { op: 'replace', path: '/claims/aud', value: 'other' },
        { op: 'replace', path: '/token/lifetime/expiration', value: 300 },
      ),
    ]);
    expect(patched).toEqual({
      identity: { claims: { sub: '00u1', nonce: 'n', new: { a: [1] } }, lifetimeSec: 3600 },
      access: { claims: { uid: '00u1', aud: 'other', old: 7 }, lifetimeSec: 300 },
    });
    expect(applyTokenCommands(drafts, [])).toEqual(drafts);
    expect(applyTokenCommands(drafts, undefined)).toEqual(drafts);
  });

  test('name claims by JSON pointer', () => {
    const commands = patch('access', { op: 'add', path: '/claims/https:~1~1x.example~1~0a', value: 'v' });
    expect(applyTokenCommands(drafts, commands)?.access?.claims).toMatchObject({ 'https://x.example/~a': 'v' });
  });

  const good = { op: 'add', path: '/claims/face_verification', value: { result: 'verified' } };
  test.each<[string, unknown]>([
    ['a boolean value', patch('access', { ...good, value: true })],
    ['replacing what is not', patch('access', { ...good, op: 'replace' })],
    ['a reserved claim', patch('access', { op: 'replace', path: '/claims/uid', value: 'x' })],
    ['a lifetime too short', patch('access', { op: 'replace', path: '/token/lifetime/expiration', value: 299 })],
    ['another command', [{ type: 'com.okta.action.update', value: { credential: 'VERIFIED' } }]],
  ])('are void altogether with %s', (_, commands) => {
    const also = Array.isArray(commands) ? [...patch('identity', good), ...commands] : commands;
    expect(applyTokenCommands(drafts, also)).toBeNull();
  });

  test('are void altogether where one is for a token that is not minted', () => {
    const onlyIdentity = { identity: drafts.identity, access: null };
    expect(applyTokenCommands(onlyIdentity, patch('identity', good))).not.toBeNull();
    expect(applyTokenCommands(onlyIdentity, [...patch('identity', good), ...patch('access', good)])).toBeNull();
    expect(applyTokenCommands(onlyIdentity, patch('access'))).toBeNull();
  });
});
