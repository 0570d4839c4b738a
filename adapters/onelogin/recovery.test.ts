import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Fetch, IssuedCredential } from '../../src/core/ports.js';
import { type OneLoginBench, openOneLoginBench } from '../../test/contract/onelogin.js';

const identifier = 'ada@example.com';
const password = 'correct horse';

let bench: OneLoginBench;
let ada: string;
beforeEach(async () => {
  bench = await openOneLoginBench();
  ada = String(bench.onelogin.addUser({ username: identifier, password, policyId: bench.facePolicyId }));
});

/** The port over a fetch that keeps the bodies, and can answer in place of the call for the token. */
function recoverThrough(answer?: () => Response | Promise<Response>, recovery = {}) {
  const bodies: unknown[] = [];
  const send: Fetch = async (url, init) => {
    if (!url.endsWith('/mfa_token')) return fetch(url, init);
    bodies.push(JSON.parse(String(init.body)));
    return answer === undefined ? fetch(url, init) : answer();
  };
  return { bodies, port: bench.connect({ fetch: send, onelogin: { recovery } }).accountRecovery! };
}

const tokenOf = ({ credential }: IssuedCredential): string => credential.use((text) => text);
const signIn = async (mfaToken: string) => (await bench.onelogin.signIn({ identifier, password, mfaToken })).ok;
const refused = { code: 'credential_refused' };
const unavailable = { code: 'profile_unavailable' };

describe('an issued MFA token', () => {
  test('replaces the factor once, for the configured time', async () => {
    const { port, bodies } = recoverThrough(undefined, { lifeMin: 5 });
    await port.checkIssuable(ada);
    expect(bodies).toEqual([]);
    const issued = await port.issueCredential(ada);
    expect(bodies).toEqual([{ expires_in: 300, reusable: false }]);
    expect(issued).toMatchObject({ expiresAt: bench.clock.now() + 300_000, id: `user_temp_otp_${ada}` });
    expect(await bench.onelogin.signIn({ identifier, password })).toMatchObject({ ok: false });
    expect(await signIn(tokenOf(issued))).toBe(true);
    expect(await signIn(tokenOf(issued))).toBe(false);
    const late = await port.issueCredential(ada);
    bench.clock.advanceSec(300);
    expect(await signIn(tokenOf(late))).toBe(false);
    expect((await recoverThrough().port.issueCredential(ada)).expiresAt).toBe(bench.clock.now() + 600_000);
  });

  test('is accepted with the status 201, and without a time or a device', async () => {
    const answer = { mfa_token: '25992782', expires_at: 'soon' };
    const issued = await recoverThrough(() => Response.json(answer, { status: 201 })).port.issueCredential(ada);
    expect(issued).toMatchObject({ expiresAt: null, id: null });
    expect(tokenOf(issued)).toBe('25992782');
  });
});

describe('a user who cannot have one', () => {
  test.each([
    ['not activated', { status: 0 }],
    ['suspended', { status: 2 }],
    ['locked', { status: 3 }],
    ['not approved', { state: 0 }],
    ['rejected', { state: 2 }],
  ])('is %s', async (_, changes) => {
    Object.assign(bench.onelogin.account.users.get(Number(ada))!, changes);
    const { port, bodies } = recoverThrough();
    await expect(port.checkIssuable(ada)).rejects.toMatchObject(refused);
    await expect(port.issueCredential(ada)).rejects.toMatchObject(refused);
    expect(bodies).toEqual([]);
  });
});

test.each<[string, () => Response, object]>([
  ['422', () => Response.json({ name: 'ValidationError' }, { status: 422 }), refused],
  ['404', () => Response.json({}, { status: 404 }), { code: 'subject_unknown' }],
  ['403', () => Response.json({}, { status: 403 }), unavailable],
  ['500', () => Response.json({}, { status: 500 }), unavailable],
  ['HTML', () => new Response('<html>'), unavailable],
  ['no token', () => Response.json({ mfa_token: '' }), unavailable],
])('an answer without a token is an error: %s', async (_, answer, expected) => {
  await expect(recoverThrough(answer).port.issueCredential(ada)).rejects.toMatchObject(expected);
});

test('the simulated account refuses lifetimes out of bounds', async () => {
  for (const [expires_in, status] of [
    [119, 422],
    [120, 200],
    [259_200, 200],
    [259_201, 422],
  ])
    expect(await bench.onelogin.callApi('POST', `/api/2/mfa/users/${ada}/mfa_token`, { expires_in })).toMatchObject({
      status,
    });
});
