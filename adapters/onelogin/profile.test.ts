import { beforeEach, describe, expect, test } from '@jest/globals';
import { findGroupIdsIn } from '../../src/connections/groups.js';
import type { Fetch } from '../../src/core/ports.js';
import { SealedToken } from '../../src/core/secrets.js';
import { createReplica } from '../../support/fakes/replica.js';
import { attribute, type OneLoginBench, openOneLoginBench } from '../../test/contract/onelogin.js';

const unavailable = { code: 'profile_unavailable' };

let bench: OneLoginBench;
let ada: string;
beforeEach(async () => {
  bench = await openOneLoginBench();
  ada = String(bench.onelogin.addUser({ username: 'ada@example.com', password: 'correct horse' }));
});

const fieldsOf = (user: string) => bench.onelogin.account.users.get(Number(user))!.customAttributes;

/** The profile over a fetch that keeps a record, or answers in OneLogin's place. */
function observe(answer?: (url: string) => Promise<Response> | Response) {
  const requests: { method: string; path: string }[] = [];
  const send: Fetch = async (url, init) => {
    requests.push({ method: init.method ?? '', path: new URL(url).pathname });
    return answer === undefined ? fetch(url, init) : answer(url);
  };
  const tokens = () => requests.filter(({ path }) => path.endsWith('/token')).length;
  return { requests, tokens, profile: bench.connect({ fetch: send }).profile };
}
const token = () => Response.json({ access_token: 'x', expires_in: 36_000 });
/** Grants a token, and answers everything else so. */
const answering = (answer: () => Promise<Response> | Response) => (url: string) =>
  url.endsWith('/token') ? token() : answer();

test('ending the session of a user affects the requested user only', async () => {
  const grace = bench.onelogin.addUser({ username: 'grace@example.com', password: 'correct horse' });
  const { profile, requests } = observe();
  await profile.endSessions?.(ada);
  expect(requests.at(-1)).toEqual({ method: 'PUT', path: `/api/1/users/${ada}/logout` });
  expect(bench.onelogin.account.users.get(Number(ada))?.loggedOutAt).toBeDefined();
  expect(bench.onelogin.account.users.get(grace)?.loggedOutAt).toBeUndefined();
  for (const subject of ['99999999', '../roles', ''])
    await expect(profile.endSessions?.(subject)).rejects.toMatchObject({ code: 'subject_unknown' });
  const page = observe(answering(() => new Response('<html>Back soon</html>')));
  await expect(page.profile.endSessions?.(ada)).rejects.toMatchObject(unavailable);
});

test('an id that no role has is not taken for an empty role', async () => {
  expect(await findGroupIdsIn('4711', await bench.adapter.createProvisioning())).toEqual([]);
});

describe('the custom field', () => {
  test('is written without changing other fields, and cleared with an empty text', async () => {
    const { profile } = bench.adapter;
    bench.onelogin.account.fields.push({ id: 1, name: 'Other', shortname: 'other', position: 2 });
    fieldsOf(ada).other = 'kept';
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    expect(fieldsOf(ada)).toEqual({ other: 'kept', [attribute]: 'FV1.abc' });
    await profile.clearToken(ada);
    expect(fieldsOf(ada)).toEqual({ other: 'kept', [attribute]: null });
    expect(await profile.readToken(ada)).toBeNull();
  });

  describe('during a concurrent change of the user', () => {
    /** The profile, where another writer comes after each of the first writes of ours. */
    function race(others: readonly ((fields: Record<string, string | null>) => Record<string, string | null>)[]) {
      bench.onelogin.account.fields.push({ id: 1, name: 'Other', shortname: 'other', position: 2 });
      fieldsOf(ada).other = 'first';
      const left = [...others];
      let writes = 0;
      const send: Fetch = async (url, init) => {
        const response = await fetch(url, init);
        if (init.method !== 'PUT') return response;
        writes += 1;
        const other = left.shift();
        const user = bench.onelogin.account.users.get(Number(ada))!;
        if (other !== undefined) user.customAttributes = other(user.customAttributes);
        return response;
      };
      return { profile: bench.connect({ fetch: send }).profile, writes: () => writes };
    }
    const token = new SealedToken('FV1.abc');

    test('is written again if it was overwritten, and keeps the other change', async () => {
      const { profile, writes } = race([() => ({ other: 'second' })]);
      await profile.writeToken(ada, token);
      expect(fieldsOf(ada)).toEqual({ other: 'second', [attribute]: 'FV1.abc' });
      expect(writes()).toBe(2);
    });

    test('is reported as failed after three writes, and the other change remains', async () => {
      const { profile, writes } = race(Array.from({ length: 9 }, () => () => ({ other: 'second' })));
      await expect(profile.writeToken(ada, token)).rejects.toMatchObject(unavailable);
      expect(fieldsOf(ada)).toEqual({ other: 'second' });
      expect(writes()).toBe(3);
    });
  });

  test('stores a token of 256 characters; a truncated token is reported', async () => {
    const { profile } = bench.adapter;
    const longest = new SealedToken(`FV1.${'x'.repeat(252)}`);
    await profile.writeToken(ada, longest);
    expect((await profile.readToken(ada))?.use((text) => text)).toHaveLength(256);
    bench.onelogin.account.fieldMaxCharacters = 255;
    await profile.clearToken(ada);
    const error = await profile.writeToken(ada, longest).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(unavailable);
    expect(JSON.stringify(error)).not.toContain('FV1');
  });

  test('is written once if a replica shows the change late', async () => {
    const replica = createReplica();
    let writes = 0;
    const send: Fetch = (url, init) => {
      if (!url.includes('/users/')) return fetch(url, init);
      if (init.method === 'PUT') writes += 1;
      return replica(() => fetch(url, init), init);
    };
    const { profile } = bench.connect({ fetch: send });
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    expect(fieldsOf(ada)[attribute]).toBe('FV1.abc');
    expect(writes).toBe(1);
  });
});

describe('the access token', () => {
  test('is requested once for concurrent and later calls until it expires', async () => {
    const { profile, tokens } = observe();
    await Promise.all([1, 2, 3, 4].map(() => profile.readToken(ada)));
    bench.clock.advanceSec(35_999);
    await profile.readToken(ada);
    expect(tokens()).toBe(1);
    bench.clock.advanceSec(1);
    await profile.readToken(ada);
    expect(tokens()).toBe(2);
  });

  test('is replaced once for all concurrent calls after it was revoked', async () => {
    const { profile, tokens } = observe();
    await profile.readToken(ada);
    bench.onelogin.account.tokens.clear();
    await Promise.all([1, 2, 3, 4].map(() => profile.readToken(ada)));
    expect(tokens()).toBe(2);
  });
});

describe('the rate limit', () => {
  test('is reported with the time of its end, and no call is sent before that time', async () => {
    const { profile, requests } = observe();
    await profile.readToken(ada);
    bench.clock.advanceSec(3_000);
    bench.onelogin.account.callsPerHour = 1;
    const limited = { ...unavailable, detail: { status: 429, retryAfterSec: 600 } };
    await expect(profile.readToken(ada)).rejects.toMatchObject(limited);
    const sent = requests.length;
    await Promise.all([1, 2, 3].map(() => expect(profile.readToken(ada)).rejects.toMatchObject(limited)));
    bench.clock.advanceSec(599);
    await expect(profile.readToken(ada)).rejects.toMatchObject({ detail: { retryAfterSec: 1 } });
    expect(requests).toHaveLength(sent);
    bench.clock.advanceSec(1);
    expect(await profile.readToken(ada)).toBeNull();
  });
});

describe('the half of the rate limit for anonymous callers', () => {
  const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'].map((name) => `${name}@example.com`);
  const later = { ...unavailable, detail: { status: 429, retryAfterSec: 3_600 } };

  test('can be exhausted by anonymous look-ups while token reads continue', async () => {
    const { profile, requests } = observe();
    bench.onelogin.account.callsPerHour = 10;
    bench.onelogin.account.hourBegan = bench.clock.now();
    const outcomes = await Promise.allSettled(names.map((name) => profile.findAccount(name, 'anonymous')));
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    await expect(profile.findAccount('ada@example.com', 'anonymous')).rejects.toMatchObject(later);
    await expect(profile.readAccount(ada, 'anonymous')).rejects.toMatchObject(later);
    const sent = requests.length;
    await expect(profile.readAccount(ada, 'anonymous')).rejects.toMatchObject(later);
    expect(requests).toHaveLength(sent);
    bench.clock.advanceSec(3_600);
    expect(await profile.findAccount('nobody@example.com', 'anonymous')).toBeNull();
  });

  test.each([
    [{}, 'asked'],
    [{ 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '50' }, 'asked'],
    [{ 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '49' }, 'refused'],
  ])('is applied after a reply with the headers %j: an anonymous call is %s', async (headers, outcome) => {
    const user = { id: Number(ada), username: 'ada' };
    const { profile } = observe(answering(() => Response.json(user, { headers: { ...headers } })));
    await profile.readAccount(ada);
    const after = await profile.readAccount(ada, 'anonymous').then(
      () => 'asked',
      () => 'refused',
    );
    expect(after).toBe(outcome);
    bench.clock.advanceSec(60);
    expect(await profile.readAccount(ada, 'anonymous')).toMatchObject({ subject: ada });
  });
});

describe('a login', () => {
  const change = (id: string, names: { username?: string; email?: string }) =>
    Object.assign(bench.onelogin.account.users.get(Number(id))!, names);

  test('finds no user if it is the user name of one user and the e-mail address of another', async () => {
    const other = String(bench.onelogin.addUser({ username: 'other@example.com', password: 'x' }));
    change(other, { username: 'ada@example.com' });
    change(ada, { username: 'countess' });
    expect(await bench.adapter.profile.findAccount('ada@example.com')).toBeNull();
  });

  test('is a user name or an e-mail address', async () => {
    change(ada, { username: 'countess' });
    const { profile } = bench.adapter;
    expect((await profile.findAccount('countess'))?.subject).toBe(ada);
    expect((await profile.findAccount('ada@example.com'))?.subject).toBe(ada);
    const names = { login: 'countess', email: 'ada@example.com', phone: null };
    expect(await profile.findAccount('Ada@example.com')).toEqual({ subject: ada, ...names });
  });
});
