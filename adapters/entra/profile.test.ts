import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Daemon, type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import type { DirectoryUser } from '../../simulators/entra/tenant.js';
import { createSelfSigned } from '../../simulators/tls-server.js';
import { findSubject } from '../../src/access/connection-access.js';
import type { Connection } from '../../src/core/connection.js';
import type { Fetch, NamedAccount, Profile } from '../../src/core/ports.js';
import { Photo, SealedToken } from '../../src/core/secrets.js';
import { findSubjects } from '../../src/privacy/subject-rights.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { canary } from '../../test/contract/adapter.js';
import { toEntraConnection } from '../../test/contract/entra.js';
import { createManualClock } from '../../test/contract/state.js';
import { createEntraConnectionGuard } from './config.js';
import { createEntraProfile } from './profile.js';

const clock = createManualClock();
const unknown = { code: 'subject_unknown' };
const unavailable = { code: 'profile_unavailable' };

let entra: EntraSimulator;
let daemon: Daemon;
let attribute: string;
let user: DirectoryUser;
let log: ReturnType<typeof createTextLog>;
beforeEach(async () => {
  entra = await startEntraSimulator({ now: () => clock.now() });
  daemon = entra.addDaemon(['User.ReadWrite.All', 'User.RevokeSessions.All']);
  attribute = entra.addExtension(daemon.clientId, 'facestepToken');
  user = entra.addUser({ mail: 'ada@example.com' });
  log = createTextLog();
});
afterEach(() => entra.close());

/** What was waited for Graph, in milliseconds. */
let waits: number[] = [];
beforeEach(() => {
  waits = [];
});

function connect(changes: Record<string, unknown> = {}, fetch: Fetch = entra.fetch): Profile {
  const { entra: settings } = createEntraConnectionGuard([]).parse(toEntraConnection(entra, daemon, changes));
  return createEntraProfile({ claims: {}, entra: settings }, { fetch, log, sleep: async (ms) => void waits.push(ms) });
}
const read = async (profile: Profile, subject = user.id) =>
  (await profile.readToken(subject))?.use((text) => text) ?? null;

test('a write succeeds only if Graph confirms it; a reply with an HTML page is an error', async () => {
  const profile = connect({}, async (url, init) =>
    init.method === 'PATCH' ? new Response('<html><body>Back soon</body></html>') : entra.fetch(url, init),
  );
  await expect(profile.writeToken(user.id, new SealedToken('FV1.abc'))).rejects.toMatchObject(unavailable);
  await expect(profile.clearToken(user.id)).rejects.toMatchObject(unavailable);
});

describe('the photo of a user', () => {
  const own = (bytes: Uint8Array) => new Photo(bytes);

  test('is read as bytes, and is missing for a user without one', async () => {
    const profile = connect();
    expect(await profile.findPhoto?.(user.id, own)).toBeNull();
    user.photo = Buffer.from([0xff, 0xd8, 0, 0x80, 0xff]);
    const found = await profile.findPhoto?.(user.id, own);
    if (found === null || found === undefined || typeof found === 'string') throw new Error('no photo');
    expect(found.photo.use((bytes) => Buffer.from(bytes).toString('hex'))).toBe('ffd80080ff');
    expect(found.changedAt).toBeNull();
  });

  test('is missing for a user without a mailbox, and unavailable after another 400', async () => {
    user.photoRefusal = 'ErrorNonExistentMailbox';
    expect(await connect().findPhoto?.(user.id, own)).toBeNull();
    user.photoRefusal = 'BadRequest';
    await expect(connect().findPhoto?.(user.id, own)).rejects.toMatchObject({ code: 'company_photo_unavailable' });
  });

  test('is refused if it is longer than 5 MB, and unavailable without the permission', async () => {
    user.photo = Buffer.alloc(5 * 1024 * 1024 + 1);
    await expect(connect().findPhoto?.(user.id, own)).rejects.toMatchObject({ code: 'company_photo_invalid' });
    daemon = entra.addDaemon(['GroupMember.Read.All']);
    await expect(connect().findPhoto?.(user.id, own)).rejects.toMatchObject({ code: 'company_photo_unavailable' });
  });
});

describe('ending sessions', () => {
  test('affects only the requested user and fails if Graph does not confirm it', async () => {
    const other = entra.addUser({ mail: 'grace@example.com' });
    const profile = connect();
    await profile.endSessions?.(user.id);
    expect(user.signInSessionsValidFromDateTime).toBeDefined();
    expect(other.signInSessionsValidFromDateTime).toBeUndefined();
    await expect(profile.endSessions?.(randomUUID())).rejects.toMatchObject(unknown);
    await expect(profile.endSessions?.('ada@example.com')).rejects.toMatchObject(unknown);
    for (const body of ['<html><body>Back soon</body></html>', '{"value":false}']) {
      const answering = connect({}, async (url, init) =>
        url.endsWith('/revokeSignInSessions') ? new Response(body) : entra.fetch(url, init),
      );
      await expect(answering.endSessions?.(user.id)).rejects.toMatchObject(unavailable);
    }
  });
});

describe('the credentials of the service', () => {
  test('obtain one access token with a secret, and the token is cached', async () => {
    const profile = connect();
    await profile.writeToken(user.id, new SealedToken('FV1.x'));
    expect(await read(profile)).toBe('FV1.x');
    await profile.clearToken(user.id);
    expect(entra.requests).toMatchObject({ login: 1, graph: 3 });
    expect(user.extensions).toEqual({});
  });

  test('obtain an access token with a registered certificate only', async () => {
    const { cert, key } = await createSelfSigned('rsa');
    const auth = { kind: 'certificate', certificate: cert, privateKey: key };
    await expect(connect({ auth }).readToken(user.id)).rejects.toMatchObject({
      ...unavailable,
      detail: { refusal: 'invalid_client', number: 'AADSTS700027' },
    });
    entra.addCertificate(daemon.clientId, cert);
    const profile = connect({ auth });
    await profile.writeToken(user.id, new SealedToken('FV1.x'));
    expect(await read(profile)).toBe('FV1.x');
    expect(entra.requests.login).toBe(2);
  });

  test('are reported by error number and never printed if they are wrong', async () => {
    const error = await connect({ auth: { kind: 'secret', secret: canary } })
      .readToken(user.id)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      ...unavailable,
      detail: { reason: 'no access token', refusal: 'invalid_client', number: 'AADSTS7000215' },
    });
    expect(JSON.stringify(error) + log.text()).not.toContain(canary);
    expect((error as Error).cause).toBeUndefined();
  });
});

describe('the subject', () => {
  test('identifies the same user in upper case, and is normalized to lower case', async () => {
    const { toSubject } = connect();
    const other = `${randomUUID()}/${user.id}`;
    for (const each of [user.id, other]) expect(toSubject?.(each.toUpperCase())).toBe(each);
    expect(toSubject?.('Ada@example.com')).toBe('Ada@example.com');
    const who = { connection: 'workforce', subject: user.id.toUpperCase() };
    const connection = { id: 'workforce', profile: connect() } as Connection;
    expect(await findSubject(connection, { subject: who.subject })).toBe(user.id);
    expect(await findSubjects(who, { connections: new Map([['workforce', connection]]) })).toMatchObject([
      { found: user.id },
    ]);
  });

  test('is an object id and no other identifier that Graph accepts', async () => {
    const profile = connect();
    for (const subject of [
      user.id.toUpperCase(),
      user.id.replaceAll('-', ''),
      `${entra.tenant.id}/${user.id}`,
      `${randomUUID()}/${user.id}`,
    ]) {
      await expect(profile.readToken(subject)).rejects.toMatchObject(unknown);
      await expect(profile.writeToken(subject, new SealedToken('FV1.x'))).rejects.toMatchObject(unknown);
      await expect(profile.clearToken(subject)).rejects.toMatchObject(unknown);
    }
    // Only the reads ask, each once for an id that no user has.
    expect(entra.requests.graph).toBe(4);
    expect(user.extensions).toEqual({});
  });

  test('contains the tenant for users of another configured tenant, and that tenant’s access token is used', async () => {
    const partner = await entra.addTenant();
    const theirs = entra.addUser({ mail: 'grace@example.com' }, partner);
    const subject = `${partner.id}/${theirs.id}`;
    const profile = connect({ hooks: { tenants: [entra.tenant.id, partner.id] } });
    await expect(profile.readToken(subject)).rejects.toMatchObject({
      ...unavailable,
      detail: { number: 'AADSTS7000229' },
    });
    entra.consent(daemon.clientId, partner, ['User.ReadWrite.All']);
    await profile.writeToken(subject, new SealedToken('FV1.theirs'));
    expect(theirs.extensions).toEqual({ [attribute]: 'FV1.theirs' });
    expect(await read(profile, subject)).toBe('FV1.theirs');
    await expect(profile.readToken(theirs.id)).rejects.toMatchObject(unknown);
    await profile.writeToken(user.id, new SealedToken('FV1.ours'));
    expect(user.extensions).toEqual({ [attribute]: 'FV1.ours' });
  });
});

describe('a faulty reply of Graph', () => {
  test('is retried after the requested time, at most twice, if it reports a rate limit', async () => {
    const profile = connect();
    await profile.readToken(user.id);
    entra.fail('graph', { status: 429, retryAfterSec: 1 });
    const before = entra.requests.graph;
    await expect(profile.readToken(user.id)).rejects.toMatchObject({ ...unavailable, detail: { status: 429 } });
    expect(entra.requests.graph - before).toBe(3);
    expect(waits).toEqual([1000, 1000]);
    const healing = connect({}, async (url, init) => {
      if (waits.length === 3) entra.heal('graph');
      return entra.fetch(url, init);
    });
    await healing.writeToken(user.id, new SealedToken('FV1.x'));
    expect(user.extensions[attribute]).toBe('FV1.x');
  });

  test('of a search among 2,000 people, two a page, is retried after the requested time, and keeps earlier pages', async () => {
    const people = Array.from({ length: 2000 }, (_, at) => ({
      id: `u${at}`,
      userPrincipalName: `ada${at}@example.com`,
    }));
    let limited = 1;
    const profile = connect({}, async (url, init) => {
      if (!url.includes('/v1.0/')) return entra.fetch(url, init);
      const from = Number(new URL(url).searchParams.get('from'));
      if (from === 6 && limited-- > 0) return new Response('{}', { status: 429, headers: { 'retry-after': '7' } });
      const next = `${new URL(url).origin}/v1.0/users?from=${from + 2}`;
      return Response.json({ value: people.slice(from, from + 2), '@odata.nextLink': next });
    });
    expect(await profile.searchAccounts('ada', 20)).toHaveLength(20);
    expect(waits).toEqual([7000]);
    limited = Number.POSITIVE_INFINITY;
    const found: NamedAccount[] = [];
    await expect(profile.searchAccounts('ada', 20, found)).rejects.toMatchObject({ detail: { status: 429 } });
    expect(found.map(({ subject }) => subject)).toEqual(['u0', 'u1', 'u2', 'u3', 'u4', 'u5']);
    expect(waits).toEqual([7000, 7000]);
  });

  test('is reported as profile_unavailable if it cannot be parsed', async () => {
    for (const body of ['<html>', 'null', '{}', '[]', '{"id":7}']) {
      const profile = connect({}, (url, init) =>
        url.includes('/v1.0/') ? Promise.resolve(new Response(body)) : entra.fetch(url, init),
      );
      await expect(profile.readToken(user.id)).rejects.toMatchObject(unavailable);
    }
    const other = connect({}, (url, init) =>
      url.includes('/v1.0/') ? Promise.resolve(Response.json({ id: randomUUID() })) : entra.fetch(url, init),
    );
    await expect(other.readToken(user.id)).rejects.toMatchObject(unknown);
  });

  test('is read as no token and logged without the value if the attribute is not a token', async () => {
    for (const value of [canary.repeat(20), 7, true, [canary], { canary }]) {
      user.extensions[attribute] = value;
      expect(await read(connect())).toBeNull();
    }
    user.extensions[attribute] = '';
    expect(await read(connect())).toBeNull();
    expect(log.text()).toContain(attribute);
    expect(log.text()).not.toContain(canary);
  });

  test('times out, and its redirects are not followed', async () => {
    const inits: RequestInit[] = [];
    const profile = connect({}, (url, init) => {
      inits.push(init);
      return entra.fetch(url, init);
    });
    await profile.readToken(user.id);
    expect(inits.length).toBeGreaterThanOrEqual(2);
    expect(
      inits.every(({ signal, redirect = 'follow' }) => signal instanceof AbortSignal && redirect !== 'follow'),
    ).toBe(true);
  });
});

describe('a login', () => {
  test('is a user principal name, and a reply with another user is refused', async () => {
    const guest = entra.addUser({ mail: 'grace@example.com', userType: 'Guest' });
    const profile = connect();
    expect((await profile.findAccount('grace_example.com#EXT#@contoso.onmicrosoft.com'))?.subject).toBe(guest.id);
    expect(await profile.findAccount(user.id)).toBeNull();
    const answer = { id: user.id, userPrincipalName: 'ada@example.com' };
    const other = connect({}, async (url, init) =>
      url.includes('/users/') ? Response.json(answer) : entra.fetch(url, init),
    );
    expect(await other.findAccount('charles@example.com')).toBeNull();
    expect((await other.findAccount('ADA@example.com'))?.subject).toBe(user.id);
  });
});

describe('an e-mail address that is no user principal name', () => {
  const external = { externalDomain: 'contoso' };
  const guest = 'grace@partner.example';

  test('finds a guest by `mail` or `otherMails` and uses the address as the login', async () => {
    const one = entra.addUser({ mail: guest, userType: 'Guest' });
    const other = entra.addUser({ mail: '', userType: 'Guest', otherMails: ["o'hara/1+x&y=#2@partner.example"] });
    const profile = connect();
    const account = { subject: one.id, login: guest, email: guest, phone: null };
    expect(await profile.findAccount('Grace@Partner.Example')).toEqual(account);
    expect(await profile.readAccount(one.id)).toMatchObject(account);
    expect(await profile.searchAccounts('grace', 5)).toMatchObject([account]);
    expect(await profile.findAccount("O'Hara/1+x&y=#2@partner.example")).toMatchObject({
      subject: other.id,
      email: null,
    });
  });

  test('finds a customer of an external tenant by `identities` and sends e-mail to that address', async () => {
    const { id: subject } = entra.addCustomer('mary@example.com');
    const issuer = 'google.com';
    const social = entra.addCustomer('', {
      otherMails: ['joe@example.com'],
      identities: [{ signInType: 'federated', issuer, issuerAssignedId: 'mary@example.com' }],
    });
    const account = { subject, login: 'mary@example.com', email: 'mary@example.com', phone: null };
    const profile = connect(external);
    expect(await profile.findAccount('MARY@example.com')).toEqual(account);
    expect(await profile.readAccount(subject)).toMatchObject(account);
    expect(await profile.findAccount('joe@example.com')).toMatchObject({ subject: social.id, email: null });
    expect(await connect().findAccount('mary@example.com')).toBeNull();
  });

  test('finds no user if several users have it; a sign-in name takes precedence over an address that users can change', async () => {
    entra.addUser({ mail: guest, userType: 'Guest' });
    entra.addUser({ mail: 'eve@example.com', otherMails: [guest, 'ada@example.com', 'mary@example.com'] });
    const customer = entra.addCustomer('mary@example.com');
    const profile = connect(external);
    expect(await profile.findAccount(guest)).toBeNull();
    expect((await profile.findAccount('ada@example.com'))?.subject).toBe(user.id);
    expect((await profile.findAccount('mary@example.com'))?.subject).toBe(customer.id);
  });

  test('is compared with the users that Graph returns, as Graph may ignore a filter', async () => {
    const eve = { id: randomUUID(), userPrincipalName: 'eve@example.com', mail: 'eve@example.com' };
    const profile = connect(external, async (url, init) =>
      url.includes('/users?') ? Response.json({ value: [eve] }) : entra.fetch(url, init),
    );
    expect(await profile.findAccount(guest)).toBeNull();
  });

  test('causes the same calls for known and unknown users', async () => {
    entra.addUser({ mail: guest, userType: 'Guest' });
    entra.addCustomer('mary@example.com');
    let calls = 0;
    const profile = connect(external, async (url, init) => {
      if (url.includes('/v1.0/')) calls += 1;
      return entra.fetch(url, init);
    });
    for (const login of ['ada@example.com', guest, 'mary@example.com', 'nobody@example.com']) {
      calls = 0;
      await profile.findAccount(login);
      expect([login, calls]).toEqual([login, 4]);
    }
  });
});
