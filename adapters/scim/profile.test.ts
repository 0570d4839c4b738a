import { beforeEach, describe, expect, test } from '@jest/globals';
import { defineAttribute } from '../../simulators/scim/directory.js';
import type { Fetch } from '../../src/core/ports.js';
import { Photo, SealedToken } from '../../src/core/secrets.js';
import { variants } from '../../support/data/scim-servers.js';
import { createReplica } from '../../support/fakes/replica.js';
import type { ConnectionChanges } from '../../test/contract/bench.js';
import { openScimBench, type ScimBench, schema } from '../../test/contract/scim.js';

const unavailable = { code: 'profile_unavailable' };

let bench: ScimBench;
let ada: string;
beforeEach(async () => {
  bench = await openScimBench();
  ada = bench.server.addUser('ada@example.com');
});

interface Sent {
  readonly url: URL;
  readonly init: RequestInit;
}

/** The profile over a fetch that keeps a record, or answers in the server's place. */
function observe(answer?: (sent: Sent) => Promise<Response> | Response, changes: ConnectionChanges = {}) {
  const sent: Sent[] = [];
  const send: Fetch = async (text, init) => {
    const request = { url: new URL(text), init };
    sent.push(request);
    return answer === undefined ? fetch(text, init) : answer(request);
  };
  return { sent, profile: bench.connect({ ...changes, fetch: send }).profile };
}
const valuesOf = (id: string) => Object.fromEntries(bench.server.directory.users.get(id)!.extensions.get(schema) ?? []);

describe('the photo of a user', () => {
  const keep = (bytes: Uint8Array) => new Photo(bytes);
  const photosOf = (...photos: object[]) => Object.assign(bench.server.directory.users.get(ada)!.details, { photos });
  const own = () => `${bench.server.baseUrl}/Photos/ada.jpg`;
  const asBytes = (found: unknown) =>
    found instanceof Object && 'photo' in found && found.photo instanceof Photo
      ? found.photo.use((bytes) => Buffer.from(bytes).toString())
      : found;

  test.each<[string, object[], string | null]>([
    ['no photo', [], null],
    ['a thumbnail only', [{ value: 'https://cdn.example/t.jpg', type: 'thumbnail' }], null],
    [
      'a photo next to a thumbnail',
      [
        { value: 'https://cdn.example/t.jpg', type: 'thumbnail', primary: true },
        { value: 'https://cdn.example/a.jpg', type: 'photo' },
      ],
      'https://cdn.example/a.jpg',
    ],
    [
      'two photos',
      [{ value: 'https://cdn.example/a.jpg' }, { value: 'https://cdn.example/b.jpg', primary: true }],
      'https://cdn.example/b.jpg',
    ],
  ])('is chosen among %s', async (_, photos, expected) => {
    photosOf(...photos);
    expect(await observe().profile.findPhoto?.(ada, keep)).toBe(expected);
  });

  test('is fetched with the credential only if it is on the SCIM server', async () => {
    photosOf({ value: own() });
    const { profile, sent } = observe(({ url, init }) =>
      url.pathname.endsWith('/ada.jpg') ? new Response('a picture') : fetch(url, init),
    );
    expect(asBytes(await profile.findPhoto?.(ada, keep))).toBe('a picture');
    expect(sent.at(-1)!.init.headers).toMatchObject({ Authorization: expect.stringContaining('Bearer ') });
    const before = sent.length;
    photosOf({ value: own().replace('//', '//elsewhere.example/') });
    expect(await profile.findPhoto?.(ada, keep)).toContain('elsewhere.example');
    expect(sent.slice(before).map(({ url }) => url.pathname)).toEqual([expect.stringContaining('/Users/')]);
  });
});

describe('the attribute', () => {
  test('is set with a PATCH of this attribute only, and removed with another PATCH', async () => {
    bench.server.directory.users.get(ada)!.extensions.set(schema, new Map([['other', 'kept']]));
    const { sent, profile } = observe();
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    expect(valuesOf(ada)).toEqual({ other: 'kept', token: 'FV1.abc' });
    await profile.clearToken(ada);
    expect(valuesOf(ada)).toEqual({ other: 'kept' });
    const patches = sent.filter(({ init }) => init.method === 'PATCH');
    expect(patches.map(({ init }) => JSON.parse(String(init.body)))).toEqual(
      [
        { op: 'replace', path: `${schema}:token`, value: 'FV1.abc' },
        { op: 'remove', path: `${schema}:token` },
      ].map((operation) => ({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] })),
    );
    expect(patches[0]!.init.headers).toMatchObject({ 'Content-Type': 'application/scim+json' });
  });

  describe.each(Object.keys(variants) as (keyof typeof variants)[])('at a server of the kind %s', (kind) => {
    test('is written, read and cleared, and other attributes are kept', async () => {
      const { schema: urn, ...traits } = variants[kind];
      const { directory } = bench.server;
      directory.extensions.clear();
      directory.extensions.set(urn, [defineAttribute('token'), defineAttribute('other')]);
      Object.assign(directory, traits);
      const user = directory.users.get(ada)!;
      user.extensions.set(urn, new Map([['other', 'kept']]));
      const byron = bench.server.addUser('byron@example.com');
      const { sent, profile } = observe(undefined, { scim: { attribute: `${urn}:token` } });
      for (const text of ['FV1.abc', 'FV1.def']) {
        await profile.writeToken(ada, new SealedToken(text));
        expect((await profile.readToken(ada))?.use((token) => token)).toBe(text);
        expect(Object.fromEntries(user.extensions.get(urn) ?? [])).toEqual({ other: 'kept', token: text });
      }
      await profile.clearToken(ada);
      expect(await profile.readToken(ada)).toBeNull();
      expect(Object.fromEntries(user.extensions.get(urn) ?? [])).toEqual({ other: 'kept' });
      // A user may have nothing of the extension yet.
      await profile.writeToken(byron, new SealedToken('FV1.ghi'));
      expect((await profile.readToken(byron))?.use((token) => token)).toBe('FV1.ghi');
      // What a server does not understand it is asked once.
      const patches = sent.filter(({ init }) => init.method === 'PATCH').map(({ init }) => String(init.body));
      expect(patches).toHaveLength(traits.takesUrnPaths ? 4 : 5);
      expect(patches.filter((body) => body.includes('"path"'))).toHaveLength(traits.takesUrnPaths ? 4 : 1);
    });
  });

  test('stores a token of 256 characters; a truncated or case-changed token is reported', async () => {
    const { profile } = bench.adapter;
    const longest = new SealedToken(`FV1.${'x'.repeat(252)}`);
    await profile.writeToken(ada, longest);
    expect((await profile.readToken(ada))?.use((text) => text)).toHaveLength(256);
    const write = () => profile.writeToken(ada, longest).catch((thrown: unknown) => thrown);
    bench.server.directory.attributeMaxCharacters = 255;
    const error = await write();
    expect(error).toMatchObject(unavailable);
    expect(JSON.stringify(error)).not.toContain('FV1');
    bench.server.directory.attributeMaxCharacters = 256;
    bench.server.directory.extensions.get(schema)![0]!.caseExact = false;
    expect(await write()).toMatchObject(unavailable);
  });

  test('counts as written after status 204 only if reading it back confirms it', async () => {
    const { profile } = observe(async ({ url, init }) => {
      const response = await fetch(url, init);
      return init.method === 'PATCH' && response.ok ? new Response(null, { status: 204 }) : response;
    });
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    await profile.clearToken(ada);
    expect(bench.readAttribute(ada)).toBeNull();
    const { profile: deaf } = observe(({ url, init }) =>
      init.method === 'PATCH' ? new Response(null, { status: 204 }) : fetch(url, init),
    );
    await expect(deaf.writeToken(ada, new SealedToken('FV1.abc'))).rejects.toMatchObject(unavailable);
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    await expect(deaf.clearToken(ada)).rejects.toMatchObject(unavailable);
  });

  test('is written and cleared if a replica shows the change late', async () => {
    const replica = createReplica();
    const { profile, sent } = observe(({ url, init }) => replica(() => fetch(url, init), init));
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    await profile.writeToken(ada, new SealedToken('FV1.def'));
    await profile.clearToken(ada);
    expect(bench.readAttribute(ada)).toBeNull();
    expect(sent.filter(({ init }) => init.method === 'PATCH')).toHaveLength(3);
  });
});

describe('a server of another dialect', () => {
  /** Writes names of attributes in another case, ids as numbers, and no totals. */
  const respell = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(respell);
    if (typeof value !== 'object' || value === null) return value;
    const others = Object.entries(value).filter(([name]) => name !== 'totalResults');
    return Object.fromEntries(others.map(([name, each]) => [name.toUpperCase(), name === 'id' ? 4711 : respell(each)]));
  };

  test('is read in any case of names, with numbers as ids, and without a total', async () => {
    const { directory } = bench.server;
    Object.assign(directory.users.get(ada)!, { name: { givenName: 'José', familyName: 'Byron' } });
    const { profile } = observe(async ({ url, init }) => {
      url.pathname = url.pathname.replace('/4711', `/${ada}`);
      const answer = await fetch(url, init);
      return answer.status === 204 ? answer : Response.json(respell(await answer.json()), { status: answer.status });
    });
    expect(await profile.findAccount('ada@example.com')).toMatchObject({ subject: '4711', login: 'ada@example.com' });
    expect(await profile.readAccount('4711')).toMatchObject({ name: 'José Byron' });
    await profile.writeToken('4711', new SealedToken('FV1.abc'));
    expect((await profile.readToken('4711'))?.use((text) => text)).toBe('FV1.abc');
    expect((await profile.readClaims('4711', ['given_name'])).use((claims) => claims)).toEqual({ given_name: 'José' });
    expect(await profile.readGroups('4711')).toEqual([]);
  });

  test('is asked again at an address with a slash, but nowhere else', async () => {
    const paths: string[] = [];
    const redirect = (to: (url: URL) => string) =>
      observe(({ url, init }) => {
        paths.push(url.pathname);
        if (!url.pathname.endsWith('/')) return new Response(null, { status: 301, headers: { Location: to(url) } });
        url.pathname = url.pathname.slice(0, -1);
        return fetch(url, init);
      }).profile;
    const slashed = redirect(({ pathname, search }) => `${pathname}/${search}`);
    await slashed.writeToken(ada, new SealedToken('FV1.abc'));
    expect(bench.readAttribute(ada)).toBe('FV1.abc');
    paths.length = 0;
    for (const to of ['https://elsewhere.example/scim/v2/Users/', '/scim/v2/Users/', ''])
      await expect(redirect(() => to).readToken(ada)).rejects.toMatchObject(unavailable);
    expect(paths.every((path) => path.endsWith(ada))).toBe(true);
  });

  test('finds a name without its accents if the server does', async () => {
    Object.assign(bench.server.directory.users.get(ada)!, { name: { givenName: 'José', familyName: 'Byron' } });
    const { profile } = observe(({ url, init }) => {
      url.searchParams.set('filter', String(url.searchParams.get('filter')).replace('Jose', 'José'));
      return fetch(url, init);
    });
    expect(await profile.searchAccounts('Jose', 5)).toMatchObject([{ login: 'ada@example.com' }]);
  });
});

describe('a user', () => {
  test('is refused and not written if the reply has another id', async () => {
    const { sent, profile } = observe(() => Response.json({ id: ada.toUpperCase(), userName: 'ada@example.com' }));
    const unknown = { code: 'subject_unknown' };
    await expect(profile.readToken(ada)).rejects.toMatchObject(unknown);
    await expect(profile.readAccount(ada)).rejects.toMatchObject(unknown);
    await expect(profile.writeToken(ada, new SealedToken('FV1.x'))).rejects.toMatchObject(unknown);
    await expect(profile.clearToken(ada)).rejects.toMatchObject(unknown);
    expect(sent.every(({ init }) => init.method === 'GET')).toBe(true);
  });

  test.each([
    ['an entry that is text', ['ada@example.com'], 'ada@example.com'],
    // As WSO2 tells of anyone who has another one besides: the text is the one it writes to.
    [
      'the text entry after other entries',
      [{ type: 'work', value: 'work@example.com' }, 'ada@example.com'],
      'ada@example.com',
    ],
  ])('the e-mail address of a user is read from %s', async (_what, emails, email) => {
    const user = { id: ada, userName: 'ada', emails };
    const { profile } = observe(({ url }) =>
      Response.json(url.pathname.endsWith('/Users') ? { totalResults: 1, Resources: [user] } : user),
    );
    const account = { subject: ada, login: 'ada', email, phone: null };
    expect(await profile.readAccount(ada)).toMatchObject(account);
    expect(await profile.findAccount('ada')).toEqual(account);
    expect(await profile.searchAccounts('ada', 9)).toMatchObject([{ subject: ada, email }]);
    expect((await profile.readClaims(ada, ['email'])).use((claims) => claims)).toEqual({ email });
  });
});

describe('a login', () => {
  const user = { id: '1', userName: 'ada@example.com' };
  test.each([
    ['more users than the reply contains', { totalResults: 2, Resources: [user] }],
    ['another user', { totalResults: 1, Resources: [{ ...user, userName: 'ada@example.com.example' }] }],
  ])('finds no user if the reply has %s', async (_, list) => {
    const { profile } = observe(() => Response.json(list));
    expect(await profile.findAccount('ada@example.com')).toBeNull();
  });

  test('is encoded as a value in the filter, regardless of its characters', async () => {
    const login = 'a"or\\userName';
    const id = bench.server.addUser(login);
    const { sent, profile } = observe();
    expect((await profile.findAccount(login))?.subject).toBe(id);
    expect(sent[0]!.url.searchParams.get('filter')).toBe('userName eq "a\\"or\\\\userName"');
    expect(await profile.findAccount('x"or(userName')).toBeNull();
  });
});

describe('a search', () => {
  test('returns only matching users even if the server ignores the filter', async () => {
    const Resources = ['ada@example.com', 'grace@example.com'].map((userName) => ({ id: userName, userName }));
    const { profile } = observe(() => Response.json({ totalResults: 2, Resources }));
    expect(await profile.searchAccounts('grace', 20)).toMatchObject([{ login: 'grace@example.com', name: null }]);
  });
});

describe('credentials', () => {
  const clientAuth = () => ({
    kind: 'client_credentials',
    tokenUrl: bench.server.tokenUrl,
    clientId: bench.server.client.id,
    clientSecret: bench.server.client.secret,
  });
  const auths = () => [
    { kind: 'bearer', token: bench.server.bearer },
    { kind: 'basic', user: bench.server.basic.user, password: bench.server.basic.password },
  ];

  test('can be a bearer token, or a user name and a password', async () => {
    for (const auth of auths()) {
      const { sent, profile } = observe(undefined, { scim: { auth } });
      expect(await profile.readToken(ada)).toBeNull();
      expect(sent.every(({ init }) => init.redirect === 'manual')).toBe(true);
    }
    for (const auth of [
      { kind: 'bearer', token: 'other' },
      { ...auths()[1], password: 'other' },
    ]) {
      const { sent, profile } = observe(undefined, { scim: { auth } });
      const error = await profile.readToken(ada).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ ...unavailable, detail: { status: 401 } });
      expect(JSON.stringify(error)).not.toContain('other');
      // What never changes is not tried twice.
      expect(sent).toHaveLength(1);
    }
  });

  test('can be client credentials: one access token is cached for all calls, and renewed before it expires', async () => {
    const { sent, profile } = observe(undefined, { scim: { auth: clientAuth() } });
    const tokens = () => sent.filter(({ url }) => url.pathname === '/oauth/token').length;
    await Promise.all([1, 2, 3].map(() => profile.readToken(ada)));
    expect(tokens()).toBe(1);
    bench.clock.advanceSec(49);
    await profile.readToken(ada);
    expect(tokens()).toBe(1);
    bench.clock.advanceSec(1);
    await profile.readToken(ada);
    expect(tokens()).toBe(2);
  });

  test('are not taken from a token reply with an error status', async () => {
    const { sent, profile } = observe(() => Response.json({ access_token: 'granted' }, { status: 400 }), {
      scim: { auth: clientAuth() },
    });
    await expect(profile.readToken(ada)).rejects.toMatchObject({ ...unavailable, detail: { call: 'token' } });
    expect(sent).toHaveLength(1);
  });
});
