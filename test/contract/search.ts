import { expect, test } from '@jest/globals';
import type { NamedAccount, Profile } from '../../src/core/ports.js';
import type { AdapterHarness } from './adapter.js';

type SearchHarness = Pick<AdapterHarness, 'addUser' | 'callUser' | 'connectThrough'> & {
  readonly adapter: { readonly profile: Pick<Profile, 'searchAccounts'> };
};

/** @param testOverHttp - registers a test of a provider that speaks HTTP */
export function runSearchContract(
  harness: () => SearchHarness,
  testOverHttp: (title: string, run: () => Promise<void>) => void,
): void {
  const searchFor = async (text: string, limit = 20): Promise<string[]> => {
    const found = await harness().adapter.profile.searchAccounts(text, limit);
    return found.map(({ login }) => login).toSorted();
  };
  const add = async (login: string, given: string, family: string): Promise<string> => {
    const subject = await harness().addUser(login);
    await harness().callUser(subject, given, family);
    return subject;
  };

  test('a search finds a user by the beginning of the login, e-mail address or name, in any case', async () => {
    const login = 'mjackson@example.com';
    const subject = await add(login, 'Mary', 'Winston Jackson');
    await add('katherine@example.com', 'Katherine', 'Johnson');
    const account = { subject, login, email: login, phone: null, name: 'Mary Winston Jackson' };
    expect(await harness().adapter.profile.searchAccounts('mary', 20)).toEqual([account]);
    for (const text of ['mjack', 'MJACKSON@example', 'Mar', 'winston', 'Winston J', 'Mary Winston J', login]) {
      expect([text, await searchFor(text)]).toEqual([text, [login]]);
    }
    for (const text of ['ackson', 'Mary Johnson', 'Katherine J Mary', 'nobody', 'mary  ', ` ${login}`]) {
      expect([text, await searchFor(text)]).toEqual([text, []]);
    }
    expect(await searchFor('Katherine John')).toEqual(['katherine@example.com']);
  });

  testOverHttp(
    'a search waits for a rate limit of 3 s, and reports a longer one with the users found before it',
    async () => {
      const logins = Array.from({ length: 5 }, (_, index) => `busy${index}@example.com`);
      for (const login of logins) await add(login, 'Busy', 'Person');
      let first: string | undefined;
      let limited = 1;
      const { profile } = harness().connectThrough!((send) => async (url, init) => {
        const isList = /users\?/i.test(url) || /ListUsers/.test(new Headers(init?.headers).get('x-amz-target') ?? '');
        const question = url + (await new Response(init?.body).text());
        if (isList) first ??= question;
        return isList && question !== first && limited-- > 0 ? toLimited(init?.headers) : send(url, init);
      });
      const found: NamedAccount[] = [];
      const restore = skipWaits(3);
      try {
        const all = await profile.searchAccounts('busy', 20);
        expect(all.map(({ login }) => login).toSorted()).toEqual(logins);
        limited = Number.POSITIVE_INFINITY;
        await expect(profile.searchAccounts('busy', 20, found)).rejects.toMatchObject({ detail: { status: 429 } });
      } finally {
        restore();
      }
      expect(logins).toEqual(expect.arrayContaining(found.map(({ login }) => login)));
      expect(found.length).toBeGreaterThan(1);
    },
  );

  test('a search returns at most the given number of users, each once', async () => {
    const logins = Array.from({ length: 7 }, (_, index) => `many${index}@example.com`);
    for (const login of logins) await add(login, 'Many', 'Manyson');
    expect(await searchFor('many')).toEqual(logins);
    expect(await searchFor('many', 5)).toHaveLength(5);
    expect(await searchFor('Many Many', 5)).toHaveLength(5);
  });

  test('a search treats filter and wildcard characters of the search text as plain characters', async () => {
    await add('plain@example.com', 'Plain', 'Person');
    const strange = [
      ...'"\'\\%*!_$?()é\u{1f9d1}',
      "''",
      '%25',
      '!x',
      '*plain',
      'pl*n',
      '" or "" sw "',
      "x') or startswith(displayName,'p",
      '") or (profile.login sw "p',
      'x" or userName pr or id eq "',
      'plain" or status eq "ACTIVE',
      "plain'",
      'plain"',
      'plain\\',
      'plain%',
      'plain*',
      '!unknown',
      'p\u0000',
      '\ud800',
      'x&limit=200',
      'x#',
      'x?filter=1',
      '',
      ' ',
      '\n',
      `plain${'x'.repeat(10_000)}`,
    ];
    for (const text of strange) expect([text, await searchFor(text)]).toEqual([text, []]);
    expect(await searchFor('plain')).toEqual(['plain@example.com']);
  });

  test('a search finds names with filter characters and with letters of other scripts', async () => {
    const names = [
      ['o1@example.com', "D'Arcy", "O'Brien & Sons"],
      ['o2@example.com', '\u00c9lodie', 'Ma\u00f1ana-\u00d8rsted'],
      ['o3@example.com', '\u738b', '\u5c0f\u660e'],
      ['o4@example.com', 'Percent%20', 'Under_score+(plus)'],
      ['o5@example.com', 'Quote"d', 'Back\\slash'],
    ] as const;
    for (const [login, given, family] of names) await add(login, given, family);
    for (const [login, given, family] of names) {
      for (const text of [given, family, `${given} ${family}`]) {
        expect([text, await searchFor(text)]).toEqual([text, [login]]);
      }
    }
  });
}

/** Returns the answer of a provider whose rate limit ends in 3 s, with the headers of each provider. */
function toLimited(asked: RequestInit['headers']): Response {
  const isAws = new Headers(asked).has('x-amz-target');
  const date = new Date();
  const reset = String(Math.floor(date.getTime() / 1000) + 3);
  return Response.json(
    { __type: 'TooManyRequestsException', errorCode: 'E0000047' },
    {
      status: isAws ? 400 : 429,
      headers: { date: date.toUTCString(), 'retry-after': '3', 'x-rate-limit-reset': reset, 'x-ratelimit-reset': '3' },
    },
  );
}

/** Ends waits of about these seconds at once. Returns a function that undoes this. */
function skipWaits(sec: number): () => void {
  const { setTimeout } = globalThis;
  const isSkipped = (ms = 0): boolean => Math.abs(ms - sec * 1000) < 500;
  const wait = <Given extends unknown[]>(work: (...given: Given) => void, ms?: number, ...given: Given) =>
    setTimeout(work, isSkipped(ms) ? 0 : ms, ...given);
  Object.assign(globalThis, { setTimeout: wait });
  return () => void Object.assign(globalThis, { setTimeout });
}
