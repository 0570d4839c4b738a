import { once } from 'node:events';
import { createServer } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { sleep } from '../../src/core/resilience.js';
import { SealedToken } from '../../src/core/secrets.js';
import { groups, hasSlapd, people, serviceDn, startSlapd } from '../../support/servers/slapd.js';
import { type LdapBench, openLdapBench } from '../../test/contract/ldap.js';
import { createLdapConnectionGuard } from './config.js';
import { idOf, toIdFilter, toTraits } from './entry.js';

/* On OpenLDAP itself. */

const onSlapd = hasSlapd ? describe : describe.skip;
const token = new SealedToken('FV1.abc');
const unavailable = { code: 'profile_unavailable' };

onSlapd('the profile of a directory', () => {
  let bench: LdapBench;
  let ada: string;
  beforeEach(async () => {
    bench = await openLdapBench();
    ada = await bench.server.addUser('ada@example.com');
  });
  const profileOf = (ldap: Record<string, unknown> = {}) => bench.connect({ ldap }).profile;
  const takeSearches = async (): Promise<readonly string[]> =>
    (await bench.server.takeLog()).filter((line) => / SRCH base=/.test(line));

  test('an anonymous caller causes one search of the same form for existing and unknown users', async () => {
    const { profile } = bench.adapter;
    await profile.writeToken(ada, token);
    const shapes = new Set<string>();
    for (const text of [ada, 'ada@example.com', 'nobody@example.com', '', '*', 'x'.repeat(300), '..']) {
      for (const ask of [profile.findAccount, profile.readToken, profile.readAccount]) {
        await takeSearches();
        await ask(text, 'anonymous').catch((error: unknown) =>
          expect(error).toMatchObject({ code: 'subject_unknown' }),
        );
        const searches = await takeSearches();
        expect(searches).toHaveLength(1);
        shapes.add(`${ask.name} ${searches[0]?.replace(/.*SRCH/, '').replace(/(uid|entryUUID)=[^)*]+/, '$1=_')}`);
      }
    }
    expect([...shapes]).toHaveLength(3);
  });

  test('text with the syntax of filters or distinguished names reaches no user, and is never a filter of its own', async () => {
    const { profile } = bench.adapter;
    await profile.writeToken(ada, token);
    const dn = await bench.server.findDn(ada);
    const strange = ['*', 'ada*', `${ada})(uid=*`, '*)(objectClass=*', '\\2a', dn, `<GUID=${ada}>`, `${ada} `, 'a\0'];
    await takeSearches();
    for (const text of strange) {
      await expect(profile.writeToken(text, new SealedToken('FV1.x'))).rejects.toMatchObject({
        code: 'subject_unknown',
      });
      await expect(profile.clearToken(text)).rejects.toMatchObject({ code: 'subject_unknown' });
      expect(await profile.findAccount(text)).toBeNull();
      expect(await profile.searchAccounts(text, 10)).toEqual([]);
    }
    for (const line of await takeSearches())
      expect(line).not.toMatch(/entryUUID=\*|objectClass=\*|\(uid=\*\).*\(uid=\*/);
    expect(await bench.readAttribute(ada)).toBe('FV1.abc');
  });

  test('a user whose distinguished name has special characters is read, changed and found in groups', async () => {
    const dn = `cn=\\23Ada\\2C \\22the\\22 \\3Cfirst\\3E\\3B\\5C(*)\\00,${people}`.replace('\\00', '');
    const person = {
      objectClass: ['inetOrgPerson'],
      cn: '#Ada, "the" <first>;\\(*)',
      sn: 'L',
      uid: 'first',
      mail: 'f@example.com',
    };
    const subject = await bench.server.addEntry(dn, person);
    const group = await bench.server.addGroup('Firsts', [dn]);
    const { profile } = bench.adapter;
    await profile.writeToken(subject, token);
    expect(await bench.readAttribute(subject)).toBe('FV1.abc');
    expect(await profile.readGroups(subject)).toEqual([{ id: group, name: 'Firsts' }]);
  });

  test('two users with one login are both not found, and an id in capitals is the same user', async () => {
    await bench.server.addUser('ADA@example.com');
    expect(await bench.adapter.profile.findAccount('ada@example.com')).toBeNull();
    expect(bench.adapter.profile.toSubject?.(ada.toUpperCase())).toBe(ada);
  });

  test('the class is added once, and a directory without the setting refuses the change', async () => {
    await expect(profileOf({ objectClass: null }).writeToken(ada, token)).rejects.toMatchObject({
      ...unavailable,
      detail: { call: 'modify', result: 65 },
    });
    const { profile } = bench.adapter;
    for (const text of ['FV1.abc', 'FV1.def']) await profile.writeToken(ada, new SealedToken(text));
    expect((await profile.readToken(ada))?.use((text) => text)).toBe('FV1.def');
  });

  test('a photo, a manager and the e-mail address are read; a manager who is gone or no user is none', async () => {
    const { server, adapter } = bench;
    const dn = await server.findDn(ada);
    const boss = await server.addUser('boss@example.com', { displayName: 'The Boss' });
    const photo = Buffer.from([0xff, 0xd8, 0xff, 0x00, 0x80]);
    const keep = (bytes: Uint8Array) => ({ bytes: Buffer.from(bytes) }) as never;
    expect(await adapter.profile.findPhoto?.(ada, keep)).toBeNull();
    expect(await adapter.profile.findManager?.(ada)).toBeNull();
    await server.change(dn, { jpegPhoto: photo, manager: await server.findDn(boss) });
    expect(await adapter.profile.findPhoto?.(ada, keep)).toEqual({ photo: { bytes: photo }, changedAt: null });
    expect(await adapter.profile.findManager?.(ada)).toMatchObject({ subject: boss, name: 'The Boss' });
    for (const manager of [groups, serviceDn, `cn=gone,${people}`]) {
      await server.change(dn, { manager });
      expect(await adapter.profile.findManager?.(ada)).toBeNull();
    }
  });

  test('an account without rights gets profile_unavailable with the result code', async () => {
    await bench.server.restart({ access: [`to * by dn.exact="${serviceDn}" read by anonymous auth by * none`] });
    await expect(bench.adapter.profile.writeToken(ada, token)).rejects.toMatchObject({ detail: { result: 50 } });
    const wrong = profileOf({ password: 'wrong' }).readToken(ada);
    await expect(wrong).rejects.toMatchObject({ ...unavailable, detail: { call: 'bind', result: 49 } });
  });

  test.each([
    ['ldaps', () => ({ urls: [bench.server.secureUrl] })],
    ['StartTLS', () => ({ startTls: true })],
  ])('by %s, only a server with a certificate of the setting is reached', async (_, settings) => {
    const { profile } = bench.connect({ ldap: { ...settings(), ca: bench.server.cert } });
    await profile.writeToken(ada, token);
    expect(await bench.readAttribute(ada)).toBe('FV1.abc');
    await bench.server.restart();
    await takeSearches();
    const { cert: other } = await import('../../simulators/tls-server.js').then((tls) => tls.createSelfSigned('rsa'));
    for (const ca of [other, null]) {
      await expect(profileOf({ ...settings(), ca }).readToken(ada)).rejects.toMatchObject({
        ...unavailable,
        detail: { cause: expect.stringContaining('certificate') },
      });
    }
    // Only the log's own connection.
    expect(
      (await bench.server.takeLog()).filter((line) => / BIND dn=/.test(line) && !line.includes('cn=admin')),
    ).toEqual([]);
  });

  test('a server that stops in the middle of calls fails them, and is used again when it is back', async () => {
    const { server, adapter } = bench;
    const calls = Array.from({ length: 40 }, () => adapter.profile.readToken(ada).catch(() => 'failed'));
    await server.stop();
    for (const outcome of await Promise.all(calls)) expect([null, 'failed']).toContain(outcome);
    await expect(adapter.profile.readToken(ada)).rejects.toMatchObject(unavailable);
    await server.restart();
    await adapter.profile.writeToken(ada, token);
    await server.restart();
    expect((await adapter.profile.readToken(ada))?.use((text) => text)).toBe('FV1.abc');
  });

  test('a replica shows a token late, and its reference to the primary server is reported, not followed', async () => {
    const replica = await startSlapd({ replicaOf: bench.server });
    const { readToken, writeToken } = profileOf({ urls: [replica.url] });
    const isLate = (error: unknown): undefined => void expect(error).toMatchObject({ code: 'subject_unknown' });
    const waitFor = async (value: string | null): Promise<void> => {
      const read = () => readToken(ada).then((found) => found?.use((text) => text) ?? null, isLate);
      while ((await read()) !== value) await sleep(100);
    };
    await waitFor(null);
    await expect(writeToken(ada, token)).rejects.toMatchObject({
      ...unavailable,
      detail: { call: 'modify', result: 10 },
    });
    expect(await bench.readAttribute(ada)).toBeNull();
    await profileOf({ urls: [bench.server.url, replica.url] }).writeToken(ada, token);
    await waitFor('FV1.abc');
    await replica.close();
  });

  test('a server that does not answer is passed over, and asked last for half a minute', async () => {
    let connections = 0;
    const silent = createServer(() => {
      connections += 1;
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const profile = profileOf({ urls: [`ldap://127.0.0.1:${port}`, bench.server.url] });
    expect(await profile.readToken(ada)).toBeNull();
    expect(connections).toBe(1);
    await bench.server.restart();
    expect(await profile.readToken(ada)).toBeNull();
    expect(connections).toBe(1);
    silent.close();
  });
});

test('settings are refused in another form, and an address that would send the password unencrypted', () => {
  const usual = { directory: 'openldap', urls: ['ldaps://a'], bindDn: 'cn=a', password: 'b', baseDn: 'dc=c' };
  const isAccepted = (ldap: object): boolean =>
    createLdapConnectionGuard([]).safeParse({
      id: 'workforce',
      kind: 'ldap',
      policy: { mode: 'enforce' },
      ldap: { ...usual, ...ldap },
    }).success;
  for (const ldap of [{}, { urls: ['ldap://127.0.0.1:389'] }, { urls: ['ldap://a'], startTls: true }])
    expect([ldap, isAccepted(ldap)]).toEqual([ldap, true]);
  const refused = {
    urls: [
      'ldap://a',
      'https://a',
      'ldaps://u:p@a',
      'ldaps://a/dc=c',
      'ldap://127.0.0.1.example.com',
      'ldaps://a:99999',
    ],
    attribute: ['*', 'a,b', 'face;binary', 'a)(b', ''],
    baseDn: ['example', '', 'dc=a\n'],
    userFilter: ['uid=a', '(uid=a', ''],
  };
  for (const [setting, values] of Object.entries(refused))
    for (const value of values)
      expect([value, isAccepted({ [setting]: setting === 'urls' ? [value] : value })]).toEqual([value, false]);
});

test('a GUID of Active Directory is written as Microsoft documents it, in both directions', () => {
  // https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/001eec5a-7f8b-4293-9e21-ca349392db40
  const bytes = Buffer.from('c461b4b5b90b8d438d3b1ea8a4ba9a3f', 'hex');
  const id = 'b5b461c4-0bb9-438d-8d3b-1ea8a4ba9a3f';
  const traits = toTraits({ directory: 'active_directory', loginAttribute: null, userFilter: null } as never);
  expect(idOf({ dn: '', objectGUID: bytes }, traits)).toBe(id);
  expect(toIdFilter(id, traits)).toMatchObject({ attribute: 'objectGUID', value: bytes });
});

test('an id that the account may not read is an error, not a user without id', () => {
  const traits = toTraits({ directory: 'openldap', loginAttribute: null, userFilter: null } as never);
  expect(() => idOf({ dn: '', entryUUID: [] }, traits)).toThrow(expect.objectContaining(unavailable));
});
