import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLdapProvisioning } from '../../adapters/ldap/provision.js';
import type { Member } from '../../src/core/ports.js';
import { SealedToken } from '../../src/core/secrets.js';
import { hasSamba, type Samba, startSamba } from '../../support/servers/samba.js';
import { connectDirectory } from '../contract/ldap.js';

/* Active Directory, as Samba serves it. */

(hasSamba ? describe : describe.skip)('Active Directory', () => {
  let samba: Samba;
  let bench: Awaited<ReturnType<typeof connectDirectory>>;
  beforeAll(async () => {
    samba = await startSamba();
    bench = await connectDirectory(samba);
    for (const name of ['ada', 'grace', 'boss'])
      samba.edit(
        'user',
        'create',
        name,
        samba.password,
        `--given-name=${name}`,
        '--surname=Ng',
        `--mail-address=${name}@example.com`,
      );
    samba.edit('user', 'disable', 'grace');
    for (const group of ['Finance', 'Inner']) samba.edit('group', 'add', group);
    samba.edit('group', 'addmembers', 'Finance', 'Inner');
    samba.edit('group', 'addmembers', 'Inner', 'ada,grace');
  });
  afterAll(() => bench.close());

  const provision = () =>
    createLdapProvisioning({
      ...bench.core,
      settings: bench.configure(),
      publicUrl: 'https://face.example.com',
      fetch,
      readsGroups: true,
    });
  const check = (title: string) =>
    provision()
      .checks.find((each) => each.title === title)!
      .run();

  test('a user is found by principal name, with a token only after the account may change the attribute', async () => {
    const { profile } = bench.adapter;
    const ada = (await profile.findAccount('ADA@ad.example.com'))!;
    expect(ada).toEqual({ subject: ada.subject, login: 'ada@ad.example.com', email: 'ada@example.com', phone: null });
    expect(await profile.readAccount(ada.subject)).toMatchObject({ name: 'ada Ng' });
    const token = new SealedToken(`FV1.${'x'.repeat(252)}`);
    await expect(profile.writeToken(ada.subject, token)).rejects.toMatchObject({ detail: { result: 50 } });
    expect(await check('Write and read')).toMatchObject({ verdict: 'fail' });
    samba.grant();
    expect(await check('Write and read')).toMatchObject({ verdict: 'pass' });
    await profile.writeToken(ada.subject, token);
    expect((await profile.readToken(ada.subject))?.use((text) => text.length)).toBe(256);
    expect(await provision().census()).toEqual({ users: 3, enrolled: 1, isComplete: true });
    await profile.clearToken(ada.subject);
    expect(await profile.readToken(ada.subject)).toBeNull();
  });

  test('groups in groups count for a user, and the members of a group have no disabled user', async () => {
    const { profile } = bench.adapter;
    const { subject } = (await profile.findAccount('ada@ad.example.com'))!;
    const groups = await profile.readGroups(subject);
    expect(groups.map(({ name }) => name).toSorted()).toEqual(['Finance', 'Inner']);
    for (const group of ['finance', groups[0]!.id]) {
      const members: Member[] = [];
      for await (const page of provision().listMembers(group)) members.push(...page);
      expect(members.map(({ login }) => login)).toEqual(['ada@ad.example.com']);
    }
    expect(await profile.searchAccounts('ada n', 10)).toMatchObject([{ subject }]);
  });

  test('every other check passes', async () => {
    for (const title of ['Credentials', 'Attribute employeeType', 'A user', 'Anonymous access', 'Groups'])
      expect([title, await check(title)]).toEqual([title, expect.objectContaining({ verdict: 'pass' })]);
  });
});
