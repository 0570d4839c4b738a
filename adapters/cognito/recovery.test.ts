import { inspect } from 'node:util';
import { RespondToAuthChallengeCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type CognitoSimulator, startCognitoSimulator } from '../../simulators/cognito/index.js';
import { addUser, type PoolUser, type Settings, type UserPool } from '../../simulators/cognito/pool.js';
import type { AccountRecovery, Fetch, IssuedCredential } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { administer, toSettings } from '../../test/contract/cognito.js';
import { createCognitoRecovery, drawPassword } from './recovery.js';

const ownPassword = 'Correct-Horse-9';
const dayMs = 86_400_000;

let nowMs: number;
let simulator: CognitoSimulator;
let pool: UserPool;
let administrator: ReturnType<typeof administer>;
let clientId: string;
let ada: string;
beforeEach(async () => {
  nowMs = Date.now();
  simulator = await startCognitoSimulator({ now: () => nowMs });
  await open();
});
afterEach(() => simulator.close());

async function open(settings: Settings = {}): Promise<void> {
  pool = await simulator.createPool(settings);
  administrator = administer(simulator, pool);
  clientId = await administrator.createAppClient({
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  });
  ada = await administrator.createUser('ada', ownPassword);
}

const user = (): PoolUser => pool.users.get('ada')!;

type Answer = (operation: string, send: () => Promise<Response>) => Promise<Response>;

/** The port over a fetch that keeps a record, and can answer in Cognito's place. */
function recoverThrough(answer: Answer = (_, send) => send(), recovery = {}) {
  const calls: string[] = [];
  const passwords: string[] = [];
  const send: Fetch = (url, init) => {
    const operation = new Headers(init.headers).get('x-amz-target')?.split('.')[1] ?? url;
    calls.push(operation);
    const body = Buffer.from(z.instanceof(Uint8Array).or(z.string()).parse(init.body)).toString();
    const { Password } = z.object({ Password: z.string().optional() }).parse(JSON.parse(body));
    if (Password !== undefined) passwords.push(Password);
    return answer(operation, () => fetch(url, init));
  };
  const { cognito } = toSettings(simulator, pool, [clientId], { cognito: { recovery } });
  const clock = { now: () => epochMs(nowMs) };
  return { calls, passwords, port: createCognitoRecovery(cognito, { clock, fetch: send, random: systemRandom }) };
}

const textOf = ({ credential }: IssuedCredential): string => credential.use((text) => text);

const signIn = (password: string, username = 'ada') => administrator.signIn(clientId, username, password);
const outcomeOf = async (password: string): Promise<string> => (await signIn(password)).outcome;

const refused = { code: 'credential_refused' };

describe('an issued temporary password', () => {
  test('signs in once, and must be changed then', async () => {
    const { port } = recoverThrough();
    await port.checkIssuable(ada);
    expect(await outcomeOf(ownPassword)).toBe('tokens');
    const issued = await port.issueCredential(ada);
    expect(issued).toMatchObject({ id: null, expiresAt: nowMs + 7 * dayMs });
    expect(await outcomeOf(ownPassword)).toBe('NotAuthorizedException');
    const { outcome, session } = await signIn(textOf(issued));
    expect(outcome).toBe('NEW_PASSWORD_REQUIRED');
    const NEW_PASSWORD = 'My-New-Password-1';
    const { AuthenticationResult } = await administrator.client.send(
      new RespondToAuthChallengeCommand({
        ClientId: clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: session,
        ChallengeResponses: { USERNAME: 'ada', NEW_PASSWORD },
      }),
    );
    expect(AuthenticationResult?.AccessToken).toEqual(expect.any(String));
    expect(await outcomeOf(textOf(issued))).toBe('NotAuthorizedException');
    // The person's own password is not touched by a late end of the temporary one.
    expect(await port.revokeCredential(ada, null)).toBe('ended');
    expect(await outcomeOf(NEW_PASSWORD)).toBe('tokens');
  });

  test('ends the former one, and all sessions of this user only', async () => {
    await administrator.createUser('grace', ownPassword);
    for (const name of ['ada', 'grace']) {
      pool.accessTokens.set(`access-${name}`, name);
      pool.refreshTokens.set(`refresh-${name}`, name);
    }
    const { port } = recoverThrough();
    const former = await port.issueCredential(ada);
    const issued = await port.issueCredential(ada);
    expect(await outcomeOf(textOf(former))).toBe('NotAuthorizedException');
    expect(await outcomeOf(textOf(issued))).toBe('NEW_PASSWORD_REQUIRED');
    expect([...pool.accessTokens.values(), ...pool.refreshTokens.values()]).toEqual(['grace', 'grace']);
    expect((await signIn(ownPassword, 'grace')).outcome).toBe('tokens');
  });

  test('expires when the pool says so', async () => {
    const before = { ...pool.settings };
    pool.settings = { ...before, Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 1 } } };
    const issued = await recoverThrough().port.issueCredential(ada);
    expect(issued.expiresAt).toBe(nowMs + dayMs);
    nowMs += dayMs;
    expect(await outcomeOf(textOf(issued))).toBe('NotAuthorizedException');
    pool.settings = {
      ...before,
      Policies: { PasswordPolicy: {} },
      AdminCreateUserConfig: { UnusedAccountValidityDays: 3 },
    };
    expect((await recoverThrough().port.issueCredential(ada)).expiresAt).toBe(nowMs + 3 * dayMs);
  });

  test('keeps the second factors, or turns them off if configured', async () => {
    const factors = ['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'];
    user().factors = factors;
    const keeping = recoverThrough();
    await keeping.port.issueCredential(ada);
    expect(user().factors).toEqual(factors);
    expect(keeping.calls).not.toContain('AdminSetUserMFAPreference');
    const clearing = recoverThrough(undefined, { clearMfa: true });
    await clearing.port.issueCredential(ada);
    expect(user().factors).toEqual([]);
    await clearing.port.issueCredential(ada);
    expect(clearing.calls.filter((call) => call === 'AdminSetUserMFAPreference')).toHaveLength(1);
  });

  test.each([6, 20, 30, 99])('fulfils a policy of %d characters of every kind', async (MinimumLength) => {
    const kinds = { RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true };
    await open({ Policies: { PasswordPolicy: { MinimumLength: 8, ...kinds } } });
    pool.settings.Policies = { PasswordPolicy: { MinimumLength, ...kinds } };
    const issued = await recoverThrough().port.issueCredential(ada);
    expect(await outcomeOf(textOf(issued))).toBe('NEW_PASSWORD_REQUIRED');
  });
});

describe('a drawn password', () => {
  const drawn = Array.from({ length: 2_000 }, () => drawPassword(8, systemRandom));

  test('has 20 characters in groups, of both cases with a digit, and none that look alike', () => {
    for (const text of drawn) {
      expect(text).toMatch(/^(?:[a-zA-Z2-9]{5}-){3}[a-zA-Z2-9]{5}$/);
      expect(text).toMatch(/(?=.*[a-z])(?=.*[A-Z])(?=.*\d)/);
      expect(text).not.toMatch(/[0O1IloiBSZsz]/);
    }
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  test('favours no character: random bytes above the greatest multiple of 36 are skipped', () => {
    const letters = 'acdefhjkmnprtuwxyADEFHLMNQRT23456789';
    const indices = [0, 17, 28, ...Array.from({ length: 17 }, (_, index) => index)];
    const bytes = indices.flatMap((index) => [252 + (index % 4), index + 36 * (index % 7)]);
    const text = drawPassword(0, () => Uint8Array.of(bytes.shift()!));
    expect(text.replaceAll('-', '')).toBe(indices.map((index) => letters[index]).join(''));
    expect(bytes).toEqual([]);
  });
});

describe('a user who cannot have one', () => {
  test.each(['UNCONFIRMED', 'EXTERNAL_PROVIDER'] as const)('has the status %s, and keeps it', async (status) => {
    const { sub } = addUser(pool, 'other', { status });
    const { port, calls } = recoverThrough();
    await expect(port.checkIssuable(sub)).rejects.toMatchObject(refused);
    await expect(port.issueCredential(sub)).rejects.toMatchObject(refused);
    expect(calls).not.toContain('AdminSetUserPassword');
    expect(calls).not.toContain('AdminUserGlobalSignOut');
    expect(await recoverThrough().port.revokeCredential(sub, null)).toBe('ended');
    expect(pool.users.get('other')).toMatchObject({ status, password: null });
  });

  test('finds the user by sub, also if another user’s name equals that sub', async () => {
    const impostor = addUser(pool, ada);
    await recoverThrough().port.issueCredential(ada);
    expect(impostor.password).toBeNull();
  });

  test('a user with a reset or a temporary password can have one', async () => {
    for (const status of ['RESET_REQUIRED', 'FORCE_CHANGE_PASSWORD'] as const) {
      user().status = status;
      await recoverThrough().port.checkIssuable(ada);
    }
  });
});

test('the check changes nothing', async () => {
  const { port, calls } = recoverThrough();
  await port.checkIssuable(ada);
  expect(calls).toEqual(['AdminGetUser', 'AdminGetUser', 'DescribeUserPool']);
  expect(await outcomeOf(ownPassword)).toBe('tokens');
});

describe('a failure while one is issued', () => {
  const fault = () => Response.json({ __type: 'InternalErrorException' }, { status: 500 });
  /** Fails an operation for the n-th time and the rest, before or after Cognito has performed it. */
  const failing =
    (broken: string, from: number, isPerformed: boolean): Answer =>
    async (operation, send) => {
      if (operation !== broken) return send();
      seen += 1;
      if (seen < from) return send();
      if (isPerformed) await send();
      return fault();
    };
  let seen = 0;
  beforeEach(() => {
    seen = 0;
    user().factors = ['SMS_MFA'];
  });

  test.each([
    ['AdminUserGlobalSignOut', 1, false],
    ['AdminSetUserMFAPreference', 1, false],
    ['AdminSetUserPassword', 2, false],
    ['AdminSetUserPassword', 2, true],
    ['AdminSetUserPassword', 1, true],
  ] as const)('leaves no password that works: %s, call %d, performed: %j', async (operation, from, isPerformed) => {
    const { port, passwords } = recoverThrough(failing(operation, from, isPerformed), { clearMfa: true });
    await expect(port.issueCredential(ada)).rejects.toMatchObject({ code: 'profile_unavailable' });
    expect(await outcomeOf(ownPassword)).toBe('NotAuthorizedException');
    // Passwords of a call that was performed without an answer are not known outside of the port.
    const isLast = (password: string): boolean => isPerformed && password === passwords.at(-1);
    for (const password of passwords.filter((each, index) => index > 0 && !isLast(each)))
      expect([password, await outcomeOf(password)]).toEqual([password, 'NotAuthorizedException']);
  });

  test('overwrites a password if the answer that set it was lost', async () => {
    let calls = 0;
    const { port, passwords } = recoverThrough(async (operation, send) => {
      if (operation !== 'AdminSetUserPassword') return send();
      calls += 1;
      // The second password, in both tries of the SDK.
      if (calls !== 2 && calls !== 3) return send();
      await send();
      return fault();
    });
    await expect(port.issueCredential(ada)).rejects.toMatchObject({ code: 'profile_unavailable' });
    expect(passwords).toHaveLength(4);
    expect(await outcomeOf(passwords[1]!)).toBe('NotAuthorizedException');
  });

  test('before the first change leaves everything as it was', async () => {
    pool.denied.add('AdminSetUserPassword');
    const { port } = recoverThrough(undefined, { clearMfa: true });
    await expect(port.issueCredential(ada)).rejects.toMatchObject({ code: 'profile_unavailable' });
    expect(await outcomeOf(ownPassword)).toBe('tokens');
    expect(user().factors).toEqual(['SMS_MFA']);
    pool.denied.clear();
    pool.denied.add('DescribeUserPool');
    await expect(port.checkIssuable(ada)).rejects.toMatchObject({ code: 'profile_unavailable' });
    await expect(port.issueCredential(ada)).rejects.toMatchObject({ code: 'profile_unavailable' });
    expect(await outcomeOf(ownPassword)).toBe('tokens');
  });

  test('is a refusal if Cognito refuses the password', async () => {
    const { port } = recoverThrough(async (operation, send) => {
      if (operation === 'DescribeUserPool') pool.settings = { Policies: { PasswordPolicy: { MinimumLength: 6 } } };
      const answer = await send();
      if (operation === 'DescribeUserPool') pool.settings = { Policies: { PasswordPolicy: { MinimumLength: 90 } } };
      return answer;
    });
    await expect(port.issueCredential(ada)).rejects.toMatchObject(refused);
    expect(await outcomeOf(ownPassword)).toBe('tokens');
  });
});

test('the password is in no printed error', async () => {
  const print = (value: unknown): string => JSON.stringify(value) + inspect(value, { depth: 9, showHidden: true });
  // Only a user with a temporary password has one to revoke.
  await recoverThrough().port.issueCredential(ada);
  const broken = recoverThrough(async (operation, send) =>
    operation === 'AdminSetUserPassword'
      ? Response.json({ __type: 'InvalidParameterException', message: broken.passwords.at(-1) }, { status: 400 })
      : send(),
  );
  const attempts: ((port: AccountRecovery) => Promise<unknown>)[] = [
    (port) => port.issueCredential(ada),
    (port) => port.revokeCredential(ada, null),
  ];
  for (const attempt of attempts) {
    const error = await attempt(broken.port).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'profile_unavailable' });
    for (const password of broken.passwords) expect(print(error)).not.toContain(password);
  }
  expect(broken.passwords.length).toBeGreaterThan(1);
});
