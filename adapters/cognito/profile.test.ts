import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import type { CognitoSimulator } from '../../simulators/cognito/index.js';
import { addUser, type UserPool } from '../../simulators/cognito/pool.js';
import type { Fetch } from '../../src/core/ports.js';
import { SealedToken } from '../../src/core/secrets.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { openCognitoBench, toSettings } from '../../test/contract/cognito.js';
import { createCognitoProfile } from './profile.js';

const unavailable = { code: 'profile_unavailable' };

let simulator: CognitoSimulator;
let pool: UserPool;
let ada: string;
beforeEach(async () => {
  const bench = await openCognitoBench();
  ({ simulator, pool } = bench);
  ada = await bench.administrator.createUser('ada', 'Correct-Horse-9');
});

/** The profile over a fetch that keeps a record, or answers in Cognito's place. */
function observe(answer?: () => Promise<Response>, in_: UserPool = pool) {
  const calls: string[] = [];
  const bodies: string[] = [];
  const send: Fetch = (url, init) => {
    calls.push(new Headers(init.headers).get('x-amz-target')?.split('.')[1] ?? url);
    bodies.push(Buffer.from(z.instanceof(Uint8Array).or(z.string()).parse(init.body)).toString());
    return answer === undefined ? fetch(url, init) : answer();
  };
  const { cognito } = toSettings(simulator, in_, ['client']);
  return {
    calls,
    bodies,
    profile: createCognitoProfile({ claims: {}, cognito }, { fetch: send, log: createTextLog() }),
  };
}

const attributesOf = (username: string) => pool.users.get(username)!.attributes;
const textOf = (token: SealedToken | null) => token?.use((text) => text) ?? null;

describe('the token attribute', () => {
  test('is written without changing other attributes, and read with one call', async () => {
    attributesOf('ada').set('email', 'ada@example.com');
    const { profile, calls } = observe();
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    expect(Object.fromEntries(attributesOf('ada'))).toMatchObject({
      email: 'ada@example.com',
      'custom:face_token': 'FV1.abc',
    });
    calls.length = 0;
    expect(textOf(await profile.readToken(ada))).toBe('FV1.abc');
    expect(calls).toEqual(['AdminGetUser']);
    await profile.clearToken(ada);
    expect([...attributesOf('ada').keys()].toSorted()).toEqual(['email', 'sub']);
  });

  test('belongs to the user with this sub, even if the name of another user equals it', async () => {
    const impostor = addUser(pool, ada);
    const { profile, calls } = observe();
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    expect(impostor.attributes.has('custom:face_token')).toBe(false);
    expect(attributesOf('ada').get('custom:face_token')).toBe('FV1.abc');
    expect(textOf(await profile.readToken(ada))).toBe('FV1.abc');
    await profile.clearToken(ada);
    expect(attributesOf('ada').has('custom:face_token')).toBe(false);
    expect(calls).toContain('ListUsers');
  });

  test('is found by the sub of a federated user, although Cognito requires the user name', async () => {
    const { sub, attributes } = addUser(pool, 'Google_1234', { status: 'EXTERNAL_PROVIDER' });
    const { profile, calls } = observe();
    await profile.writeToken(sub, new SealedToken('FV1.abc'));
    expect(attributes.get('custom:face_token')).toBe('FV1.abc');
    calls.length = 0;
    expect(textOf(await profile.readToken(sub))).toBe('FV1.abc');
    // A page of none is not the last.
    expect(calls).toEqual(['AdminGetUser', 'ListUsers', 'ListUsers']);
    await expect(profile.readToken('no-such-sub')).rejects.toMatchObject({ code: 'subject_unknown' });
  });
});

test('ending the sessions of a user affects only that user, also if the name of another user equals the sub', async () => {
  const impostor = addUser(pool, ada);
  for (const username of ['ada', impostor.username]) {
    pool.accessTokens.set(`access-${username}`, username);
    pool.refreshTokens.set(`refresh-${username}`, username);
  }
  const { profile, calls } = observe();
  await profile.endSessions?.(ada);
  expect(calls.at(-1)).toBe('AdminUserGlobalSignOut');
  expect([...pool.accessTokens.keys()]).toEqual([`access-${impostor.username}`]);
  expect([...pool.refreshTokens.keys()]).toEqual([`refresh-${impostor.username}`]);
  await expect(profile.endSessions?.('nobody')).rejects.toMatchObject({ code: 'subject_unknown' });
  await expect(profile.endSessions?.('x"')).rejects.toMatchObject({ code: 'subject_unknown' });
});

describe('a faulty reply of Cognito', () => {
  test.each<[string, () => Response]>([
    ['HTML', () => new Response('<html>', { status: 502 })],
    ['no rights', () => Response.json({ __type: 'AccessDeniedException' }, { status: 400 })],
    ['too many requests', () => Response.json({ __type: 'TooManyRequestsException' }, { status: 400 })],
  ])('is reported as profile_unavailable: %s', async (_, answer) => {
    const { profile, calls } = observe(async () => answer());
    await expect(profile.readToken(ada)).rejects.toMatchObject(unavailable);
    expect(calls.length).toBeLessThanOrEqual(2);
  });

  test('times out after ten seconds if it never arrives', async () => {
    const { profile } = observe(() => new Promise(() => {}));
    jest.useFakeTimers();
    try {
      const outcome = expect(profile.readToken(ada)).rejects.toMatchObject({
        ...unavailable,
        detail: { reason: 'timeout' },
      });
      await jest.advanceTimersByTimeAsync(10_000);
      await outcome;
    } finally {
      jest.useRealTimers();
    }
  });

  test('does not cause the credentials to be sent to another host', async () => {
    const sent: RequestInit[] = [];
    const { cognito } = toSettings(simulator, pool, ['client']);
    const send: Fetch = async (_, init) => {
      sent.push(init);
      throw new TypeError('redirected');
    };
    const profile = createCognitoProfile({ claims: {}, cognito }, { fetch: send, log: createTextLog() });
    await expect(profile.readToken(ada)).rejects.toMatchObject(unavailable);
    expect(sent.every(({ redirect }) => redirect === 'error')).toBe(true);
  });
});

describe('a login', () => {
  test('is matched with the user name, also in other case; a sub is a login only if a user has it as the user name', async () => {
    const { profile } = observe();
    expect((await profile.findAccount('ada'))?.subject).toBe(ada);
    expect(await profile.findAccount(ada)).toBeNull();
    const impostor = addUser(pool, ada);
    expect((await profile.findAccount(ada))?.subject).toBe(impostor.sub);
    expect(await profile.findAccount('ADA')).toEqual({ subject: ada, login: 'ada', email: null, phone: null });
  });
});
