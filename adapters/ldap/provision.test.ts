import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Member } from '../../src/core/ports.js';
import { SealedToken } from '../../src/core/secrets.js';
import { hasSlapd, loadEntries, names, people, serviceDn } from '../../support/servers/slapd.js';
import { type LdapBench, openLdapBench } from '../../test/contract/ldap.js';
import { createLdapProvisioning, definitionsOf } from './provision.js';

const onSlapd = hasSlapd ? describe : describe.skip;

onSlapd('the set-up of a directory', () => {
  let bench: LdapBench;
  let ada: string;
  beforeEach(async () => {
    bench = await openLdapBench();
    ada = await bench.server.addUser('ada@example.com');
  });

  const provision = (ldap: Record<string, unknown> = {}) =>
    createLdapProvisioning(
      {
        ...bench.core,
        settings: bench.configure({ ldap }),
        publicUrl: 'https://face.example.com',
        fetch,
        readsGroups: true,
      },
      async () => {},
    );
  const check = (title: string, ldap: Record<string, unknown> = {}) =>
    provision(ldap)
      .checks.find((each) => each.title === title)!
      .run();
  const listAll = async (group: string): Promise<Member[]> => {
    const all: Member[] = [];
    for await (const page of provision().listMembers(group)) all.push(...page);
    return all;
  };

  test('prints the definitions with which the server of these tests runs, and finds them there', async () => {
    const { steps } = provision();
    const { attributeType, objectClass } = definitionsOf(names);
    expect(steps[0]?.byHand.join('\n')).toContain(attributeType);
    expect(steps[0]?.byHand.join('\n')).toContain(objectClass);
    expect(await steps[0]?.inspect()).toEqual({ state: 'ready' });
    await expect(provision({ password: 'wrong' }).steps[0]?.inspect()).rejects.toMatchObject({
      detail: { result: 49 },
    });
    const active = provision({ directory: 'active_directory' }).steps.flatMap(({ byHand }) => byHand);
    expect(active.join('\n')).toMatch(/searchFlags.*thumbnailPhoto/s);
  });

  test.each([
    ['does not exist', 'someOther', undefined, /does not have it/],
    ['has many values', 'facestepToken', (text: string) => text.replace(' SINGLE-VALUE', ''), /many values/],
    ['is too short', 'facestepToken', (text: string) => text.replace('{256}', '{200}'), /200 characters/],
  ])('reports an attribute that %s', async (_, attribute, change, found) => {
    const { attributeType } = definitionsOf(names);
    if (change !== undefined) await bench.server.restart({ attributeType: change(attributeType) });
    const finding = await check(`Attribute ${attribute}`, { attribute });
    expect(finding).toMatchObject({ verdict: 'fail', found: expect.stringMatching(found) });
  });

  test('every check passes with the documented rights, and leaves no value', async () => {
    await bench.server.addGroup('Finance', []);
    for (const { title, run } of provision().checks)
      expect([title, (await run()).verdict]).toEqual([title, title === 'Other rights' ? 'manual' : 'pass']);
    expect(await bench.readAttribute(ada)).toBeNull();
    // Nor the class, which would let the value of a user without it be written.
    expect(await check('Write and read', { objectClass: null })).toMatchObject({ verdict: 'fail' });
  });

  test.each([
    ['Credentials', { password: 'wrong' }, /code 49/, /ldap\.password/],
    ['Credentials', { baseDn: 'dc=other' }, /code 32/, /ldap\.baseDn/],
    ['Write and read', { objectClass: null }, /code 65/, /ldap\.objectClass/],
    ['Groups', { baseDn: people }, /No group/, /ldap\.baseDn/],
  ])('%s fails for %j and says what to do', async (title, ldap, found, remedy) => {
    expect(await check(title, ldap)).toEqual({
      verdict: 'fail',
      found: expect.stringMatching(found),
      remedy: expect.stringMatching(remedy),
    });
  });

  test('Write and read fails without the right to change, and Anonymous access if anyone reads the tokens', async () => {
    await bench.adapter.profile.writeToken(ada, new SealedToken('FV1.abc'));
    await bench.server.addUser('grace@example.com');
    await bench.server.restart({ access: [`to * by dn.exact="${serviceDn}" read by * read`] });
    expect(await check('Write and read')).toMatchObject({ verdict: 'fail', found: expect.stringContaining('code 50') });
    expect(await check('Anonymous access')).toMatchObject({ verdict: 'fail' });
    await bench.server.stop();
    await expect(check('Anonymous access')).rejects.toMatchObject({ code: 'profile_unavailable' });
  });

  test('a group is listed by name or id with its active members, and searched by a part of its name', async () => {
    const { server } = bench;
    await bench.adapter.profile.writeToken(ada, new SealedToken('FV1.abc'));
    const others = await Promise.all(['b', 'c', 'd'].map((each) => server.addUser(`${each}@example.com`)));
    const dns = await Promise.all([ada, ...others].map(server.findDn));
    const id = await server.addGroup('Face "pilot" (*) & d\'accord', [
      ...dns.slice(0, 3),
      serviceDn,
      `cn=gone,${people}`,
    ]);
    await server.addGroup('Others', dns);
    const expected = [
      { subject: ada, login: 'ada@example.com', email: 'ada@example.com', isEnrolled: true },
      ...others.slice(0, 2).map((subject, at) => {
        const login = `${'bc'[at]}@example.com`;
        return { subject, login, email: login, isEnrolled: false };
      }),
    ];
    for (const group of [id, 'face "PILOT" (*) & d\'accord']) expect(await listAll(group)).toEqual(expected);
    for (const text of ['PILO', '"pilot" (*']) expect(await provision().searchGroups(text)).toMatchObject([{ id }]);
    for (const text of ['*', 'zzz'])
      expect(await provision().searchGroups(text)).toEqual(text === '*' ? [expect.objectContaining({ id })] : []);
    await expect(listAll('Face')).rejects.toMatchObject({ code: 'not_found' });
    await server.addGroup('others', dns);
    await expect(listAll('Others')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('10,000 people are counted over a limit of 500 entries, and one of them is found', async () => {
    await bench.server.stop();
    const entries = Array.from({ length: 10_000 }, (_, at) => {
      const token = at % 4 === 0 ? `objectClass: ${names.objectClass}\n${names.attribute}: FV1.x\n` : '';
      return `dn: cn=many ${at},${people}\nobjectClass: inetOrgPerson\ncn: many ${at}\nsn: Many\nuid: many${at}\n${token}`;
    });
    loadEntries(bench.server.folder, `${entries.join('\n')}\n`);
    await bench.server.restart();
    expect(await provision().census()).toEqual({ users: 10_001, enrolled: 2_500, isComplete: true });
    expect(await bench.adapter.profile.findAccount('MANY9999')).toMatchObject({ login: 'many9999', email: null });
    expect(await bench.adapter.profile.searchAccounts('many', 20)).toHaveLength(20);
    await bench.server.restart({ lines: [] });
    expect(await check('A user')).toMatchObject({ verdict: 'warn', found: expect.stringMatching(/500/) });
  });
});
