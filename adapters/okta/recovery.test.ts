import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { OrgUser } from '../../simulators/okta/org.js';
import type { AccountRecovery, Fetch, IssuedCredential } from '../../src/core/ports.js';
import { type OktaBench, openOktaBench } from '../../test/contract/okta.js';

const nobody = '00u1ab2cd3ef4gh5ij67';
const passwordOnly = { credential: 'temporary_password' };
const both = { credential: 'temporary_password', resetFactors: true };

let bench: OktaBench;
let ada: string;
beforeEach(async () => {
  bench = await openOktaBench();
  ada = await bench.okta.createUser({ login: 'ada@example.com', password: 'correct horse', firstName: 'Ada' });
});

function recover(recovery: object = {}, send: Fetch = fetch): AccountRecovery {
  const { accountRecovery } = bench.connect({ okta: { recovery }, fetch: send });
  if (accountRecovery === undefined) throw new Error('no account recovery');
  return accountRecovery;
}
const textOf = ({ credential }: IssuedCredential): string => credential.use((text) => text);
const isAlive = (issued: IssuedCredential): boolean => bench.okta.isCredentialAlive(textOf(issued));
const userOf = (id: string): OrgUser => bench.okta.org.users.get(id)!;
const authenticator = () => bench.okta.org.codeAuthenticator!;
const isIssue = (url: string, init: RequestInit): boolean =>
  init.method?.toUpperCase() === 'POST' && /\/tac$|expire_password_with_temp_password/.test(url);
/** Returns the printed error of a failed call, with its hidden fields. */
const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: unknown) => inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error),
  );
const refused = (reason: string) => ({ code: 'credential_refused', detail: { reason } });

/** Both answers are refused, and the person keeps the account as it was. */
async function expectRefusal(recovery: AccountRecovery, reason: string): Promise<void> {
  const before = JSON.stringify(userOf(ada));
  await expect(recovery.checkIssuable(ada)).rejects.toMatchObject(refused(reason));
  await expect(recovery.issueCredential(ada)).rejects.toMatchObject(refused(reason));
  expect([JSON.stringify(userOf(ada)), bench.okta.org.codes.size]).toEqual([before, 0]);
}

describe('a Temporary Access Code', () => {
  test('works once, and lives as short as the authenticator allows', async () => {
    authenticator().provider.configuration.minTtl = 15;
    const issued = await recover().issueCredential(ada);
    expect(issued.expiresAt).toBe(bench.clock.now() + 15 * 60_000);
    expect(bench.okta.useCredential(textOf(issued))).toBe(true);
    expect(bench.okta.useCredential(textOf(issued))).toBe(false);
  });

  test('ends with its life; its end is read with and without a time zone', async () => {
    const recovery = recover({}, async (url, init) => {
      const answer = await fetch(url, init);
      return isIssue(url, init) ? new Response((await answer.text()).replace(/\.\d{3}Z"}}$/, '"}}')) : answer;
    });
    const issued = await recovery.issueCredential(ada);
    expect(issued.expiresAt).toBe(Math.floor((bench.clock.now() + 10 * 60_000) / 1000) * 1000);
    bench.clock.advanceSec(10 * 60 - 1);
    expect(isAlive(issued)).toBe(true);
    bench.clock.advanceSec(1);
    expect(isAlive(issued)).toBe(false);
  });

  test('ends the former one, which is deleted before the new one is asked for', async () => {
    const calls: string[] = [];
    const recovery = recover({}, async (url, init) => {
      const answer = await fetch(url, init);
      if (url.includes('enrollments') && answer.status !== 429) calls.push(String(init.method).toUpperCase());
      return answer;
    });
    const former = await recovery.issueCredential(ada);
    calls.length = 0;
    const issued = await recovery.issueCredential(ada);
    expect(calls).toEqual(['GET', 'DELETE', 'POST']);
    expect([former, issued].map(isAlive)).toEqual([false, true]);
  });

  test('ends without the password of the person', async () => {
    await recover().issueCredential(ada);
    expect(await recover().revokeCredential(ada, null)).toBe('ended');
    expect(bench.okta.isCredentialAlive('correct horse')).toBe(true);
  });

  test('no Temporary Access Code is issued while the authenticator is missing or inactive', async () => {
    const reason = 'the Temporary Access Code authenticator is not active';
    authenticator().status = 'INACTIVE';
    await expectRefusal(recover(), reason);
    bench.okta.org.codeAuthenticator = null;
    await expectRefusal(recover(), reason);
  });

  test('is issued to no one who could not sign in with it', async () => {
    for (const status of ['STAGED', 'PROVISIONED', 'RECOVERY', 'LOCKED_OUT', 'SUSPENDED', 'DEPROVISIONED'] as const) {
      userOf(ada).status = status;
      await expectRefusal(recover(), `the status of the user is ${status}`);
    }
  });

  test('is refused if Okta refuses its life, and ended if it works more than once or is not active', async () => {
    const late = recover({}, async (url, init) => {
      if (isIssue(url, init)) authenticator().provider.configuration.minTtl = 60;
      return fetch(url, init);
    });
    await expect(late.issueCredential(ada)).rejects.toMatchObject({
      code: 'credential_refused',
      detail: { status: 400, errorCode: 'E0000001' },
    });
    for (const [from, to] of [
      ['"multiUse":false', '"multiUse":true'],
      ['"status":"ACTIVE"', '"status":"INACTIVE"'],
    ] as const) {
      authenticator().provider.configuration.minTtl = 10;
      const other = recover({}, async (url, init) => {
        const answer = await fetch(url, init);
        return isIssue(url, init) && answer.ok ? new Response((await answer.text()).replace(from, to)) : answer;
      });
      await expect(other.issueCredential(ada)).rejects.toMatchObject({ code: 'credential_refused' });
    }
    expect(bench.okta.org.codes.size).toBe(0);
  });
});

describe('a temporary password', () => {
  test('works until the person replaces it, and ends the former password and the sessions', async () => {
    const issued = await recover(passwordOnly).issueCredential(ada);
    expect([isAlive(issued), bench.okta.isCredentialAlive('correct horse')]).toEqual([true, false]);
    expect(userOf(ada)).toMatchObject({ status: 'PASSWORD_EXPIRED', sessionsEndedAt: expect.any(String) });
    expect([issued.expiresAt, issued.id]).toEqual([null, null]);
  });

  test('is ended by another one that no one knows, but a password of the person stays', async () => {
    const recovery = recover(passwordOnly);
    const issued = await recovery.issueCredential(ada);
    expect(await recovery.revokeCredential(ada, null)).toBe('ended');
    expect(isAlive(issued)).toBe(false);
    Object.assign(userOf(ada), { status: 'ACTIVE', password: 'a new horse' });
    expect(await recovery.revokeCredential(ada, null)).toBe('ended');
    expect(bench.okta.isCredentialAlive('a new horse')).toBe(true);
  });

  test('is refused if Okta does not hold the password, or if it would not work in the user’s status', async () => {
    for (const source of ['ACTIVE_DIRECTORY', 'LDAP', 'IMPORT'] as const) {
      userOf(ada).source = source;
      await expectRefusal(recover(passwordOnly), 'Okta does not hold the password of the user');
    }
    delete userOf(ada).source;
    for (const status of ['STAGED', 'PROVISIONED', 'LOCKED_OUT', 'SUSPENDED', 'DEPROVISIONED'] as const) {
      userOf(ada).status = status;
      await expectRefusal(recover(passwordOnly), `the status of the user is ${status}`);
    }
    userOf(ada).status = 'RECOVERY';
    expect(isAlive(await recover(passwordOnly).issueCredential(ada))).toBe(true);
  });

  test('cannot be ended for a suspended user, which is told', async () => {
    const recovery = recover(passwordOnly);
    await recovery.issueCredential(ada);
    userOf(ada).status = 'SUSPENDED';
    await expect(recovery.revokeCredential(ada, null)).rejects.toMatchObject({ code: 'profile_unavailable' });
  });

  test('leaves the factors, or removes all of them if so configured', async () => {
    userOf(ada).factors = ['push', 'webauthn'];
    await recover(passwordOnly).issueCredential(ada);
    expect(userOf(ada).factors).toHaveLength(2);
    expect(isAlive(await recover(both).issueCredential(ada))).toBe(true);
    expect(userOf(ada).factors).toEqual([]);
    expect(isAlive(await recover(both).issueCredential(ada))).toBe(true);
  });

  test('comes before the factors: if they cannot be removed, they still protect an account with an unknown password', async () => {
    userOf(ada).factors = ['push'];
    const told = await failureOf(
      recover(both, async (url, init) =>
        url.endsWith('/reset_factors') ? Response.json({ errorCode: 'E0000009' }, { status: 500 }) : fetch(url, init),
      ).issueCredential(ada),
    );
    expect(told).toContain('the password was changed, and the factors were not');
    expect(told).not.toContain(String(userOf(ada).password));
    expect([bench.okta.isCredentialAlive('correct horse'), userOf(ada).factors]).toEqual([false, ['push']]);
    const denied = recover(both, async (url, init) =>
      isIssue(url, init) ? Response.json({ errorCode: 'E0000006' }, { status: 403 }) : fetch(url, init),
    );
    await expect(denied.issueCredential(ada)).rejects.toMatchObject({ code: 'profile_unavailable' });
    expect(userOf(ada).factors).toEqual(['push']);
  });
});

describe.each([
  ['a code', {}],
  ['a password', passwordOnly],
])('%s', (_, settings) => {
  test('is not issued without the permission', async () => {
    const denied = recover(settings, async (url, init) =>
      isIssue(url, init) ? Response.json({ errorCode: 'E0000006' }, { status: 403 }) : fetch(url, init),
    );
    await expect(denied.issueCredential(ada)).rejects.toMatchObject({
      code: 'profile_unavailable',
      detail: { status: 403 },
    });
  });

  test('is asked for once if its answer does not arrive, and is then ended without an id', async () => {
    for (const lose of [
      async () => {
        throw new TypeError('fetch failed');
      },
      async () => Response.json({ errorCode: 'E0000009' }, { status: 503 }),
      async () => new Response('<html><body>Back soon</body></html>'),
    ]) {
      let issues = 0;
      const recovery = recover(settings, async (url, init) => {
        const answer = await fetch(url, init);
        if (!isIssue(url, init) || answer.status === 429 || issues > 0) return answer;
        issues += 1;
        return lose();
      });
      await expect(recovery.issueCredential(ada)).rejects.toMatchObject({ code: 'profile_unavailable' });
      const lost = bench.okta.org.codes.get(ada)?.value ?? String(userOf(ada).password);
      expect([issues, bench.okta.isCredentialAlive(lost)]).toEqual([1, true]);
      expect(await recovery.revokeCredential(ada, null)).toBe('ended');
      expect(bench.okta.isCredentialAlive(lost)).toBe(false);
    }
  });
});

test('a service application asks for the scopes of recovery only when it needs them', async () => {
  const connectWith = async (scopes: readonly string[]) =>
    bench.connect({ okta: { auth: await bench.addServiceApp(scopes) } });
  const usual = ['okta.users.read', 'okta.users.manage'];
  const poor = await connectWith(usual);
  expect(await poor.profile.readAccount(ada)).toMatchObject({ subject: ada });
  const lacking = (scope: string) => ({
    code: 'provider_refused',
    detail: { scopes: expect.arrayContaining([scope]) },
  });
  for (const ask of ['issueCredential', 'checkIssuable'] as const)
    await expect(poor.accountRecovery![ask](ada)).rejects.toMatchObject(lacking('okta.authenticators.read'));
  await expect(poor.profile.readAdministratorRoles?.(ada)).rejects.toMatchObject(lacking('okta.roles.read'));
  const rich = await connectWith([...usual, 'okta.authenticators.read', 'okta.roles.read']);
  expect(isAlive(await rich.accountRecovery!.issueCredential(ada))).toBe(true);
  expect(await rich.profile.readAdministratorRoles?.(ada)).toEqual([]);
});

test('administrator roles are those of the person and of the person’s groups', async () => {
  const { org } = bench.okta;
  const { profile } = bench.adapter;
  expect(await profile.readAdministratorRoles?.(ada)).toEqual([]);
  org.groups.set('00gadmins', { name: 'Admins', members: new Set([ada]) });
  org.roles.push({ type: 'SUPER_ADMIN', label: 'Super Administrator', holder: ada });
  org.roles.push({ type: 'CUSTOM', label: 'UserCreatorRole', holder: '00gadmins' });
  org.roles.push({ type: 'ORG_ADMIN', label: 'Organization Administrator', holder: '00gothers' });
  expect(await profile.readAdministratorRoles?.(ada)).toEqual(['Super Administrator', 'UserCreatorRole']);
  await expect(profile.readAdministratorRoles?.(nobody)).rejects.toMatchObject({ code: 'subject_unknown' });
  await expect(profile.readAdministratorRoles?.('me')).rejects.toMatchObject({ code: 'subject_unknown' });
});
