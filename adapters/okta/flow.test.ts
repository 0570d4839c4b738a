import { describe, expect, test } from '@jest/globals';
import { issueReceipt } from '../../src/core/receipt.js';
import { toBody } from '../../support/data/event-body.js';
import { toProgressiveEvent, toSamlEvent, toSignUpEvent, toTokenEvent } from '../../support/data/okta-events.js';
import type { ServedAdapter } from '../../support/servers/serve-adapter.js';
import { askHook } from '../../test/contract/adapter.js';
import { openOktaBench, signed } from '../../test/contract/okta.js';
import { isAllowed, isClaimed, registrationReplyGuard } from '../../test/contract/okta-replies.js';

const ada = '00uAda00000000000001';
const grace = '00uGrace000000000002';

const bench = await openOktaBench();
const adapter = bench.connect();

const ask = (hook: string, body: unknown, by = adapter) => askHook(by, hook, signed(toBody(body)));
let events = 0;
const freshId = () => `event-${++events}`;
const malformed = { status: 200, body: { error: { errorSummary: expect.stringMatching(/^request_malformed: /) } } };

describe('the claim of a token', () => {
  const rules = [{ name: 'Pilot', when: {}, mode: 'enforce' }];
  const issue = async (by: ServedAdapter) => {
    await bench.passStepUp(ada);
    const { body } = await ask('token', toTokenEvent(bench.clock, ada, freshId()), by);
    return JSON.stringify(body);
  };

  test('names the rule that decides only if okta.ruleInClaim is set', async () => {
    const byRule = bench.connect({ policy: { rules }, okta: { ruleInClaim: true } });
    expect(await issue(byRule)).toContain('"rule":"Pilot"');
    const silent = await issue(bench.connect({ policy: { rules } }));
    expect(silent).toContain('"result":"verified"');
    expect(silent).not.toContain('"rule"');
  });

  test('names no rule if the policy decides', async () => {
    const byPolicy = await issue(bench.connect({ okta: { ruleInClaim: true } }));
    expect(byPolicy).toContain('"result":"verified"');
    expect(byPolicy).not.toContain('"rule"');
  });
});

describe('the user of a token hook', () => {
  test('must be the user of all tokens; otherwise the event is refused and consumes no pass', async () => {
    await bench.passStepUp(ada);
    const event = toTokenEvent(bench.clock, ada, freshId());
    const { data } = event;
    const others = [
      { ...data, access: { claims: { uid: grace } } },
      { ...data, identity: { claims: { sub: grace } } },
      { ...data, identity: { claims: {} }, access: { claims: { uid: grace } } },
      { ...data, identity: { claims: { sub: [ada] } } },
      { ...data, access: { claims: { uid: { toString: ada } } } },
      { ...data, identity: undefined, access: undefined },
      { ...data, identity: { claims: {} }, access: { claims: { sub: ada } } },
    ];
    for (const other of others) expect(await ask('token', { ...event, data: other })).toMatchObject(malformed);
    expect(isClaimed(await ask('token', event))).toBe(true);
  });

  test('may be missing only if no token belongs to a person', async () => {
    const event = toTokenEvent(bench.clock, ada, freshId());
    const service = { claims: { sub: '0oaService0000000001' } };
    for (const user of [undefined, null]) {
      const without = (tokens: Record<string, unknown>) => ({ ...event, data: { context: { user }, ...tokens } });
      expect(await ask('token', without({ access: service }))).toEqual({ status: 200, body: { commands: [] } });
      expect(await ask('token', without({ access: { claims: { uid: ada } } }))).toMatchObject(malformed);
      expect(await ask('token', without({ access: service, identity: { claims: {} } }))).toMatchObject(malformed);
      expect(await ask('token', without({}))).toMatchObject(malformed);
    }
  });

  test('if a service’s token has a face claim, the claim is removed', async () => {
    const claims = { sub: '0oaService0000000001', face_verification: { result: 'verified' } };
    const event = { ...toTokenEvent(bench.clock, ada, freshId()), data: { context: {}, access: { claims } } };
    expect(await ask('token', event)).toEqual({
      status: 200,
      body: {
        commands: [{ type: 'com.okta.access.patch', value: [{ op: 'remove', path: '/claims/face_verification' }] }],
      },
    });
  });

  test('a call for one hook is refused at another hook', async () => {
    await bench.passStepUp(ada);
    expect(await ask('token', toProgressiveEvent(bench.clock, ada, freshId()))).toMatchObject(malformed);
    expect(isAllowed(await ask('registration', toTokenEvent(bench.clock, ada, freshId())))).toBe(false);
  });

  test('a self-service registration without a receipt is refused, even if the event names a user', async () => {
    await bench.passStepUp(ada);
    const event = toProgressiveEvent(bench.clock, ada, freshId());
    for (const requestType of ['self.service.registration', undefined, null, 'something.new']) {
      const reply = await ask('registration', { ...event, requestType });
      expect(registrationReplyGuard.safeParse(reply).error).toBeUndefined();
      expect(isAllowed(reply)).toBe(false);
    }
  });
});

describe('a sign-up', () => {
  const login = 'new@example.com';
  const audience = 'https://face.example.com/hooks/workforce';
  const issue = async (
    changes: Partial<{ audience: string; subject: string; connection: string; issuer: string }> = {},
  ) => {
    const check = {
      connection: 'api:default',
      subject: login,
      stepUpId: 's1',
      accuracy: 4,
      methods: ['face'],
      liveness: null,
      presence: null,
      ...changes,
    } as const;
    const core = { ...bench.core, issuer: changes.issuer ?? bench.core.issuer };
    const request = { audience: changes.audience ?? audience, nonce: null };
    const receipt = await issueReceipt(request, { ...check, passedAt: bench.clock.now() }, core);
    return receipt.use((text) => text);
  };
  const signUp = (receipt: string | undefined, { as = login, eventId = freshId(), by = adapter } = {}) =>
    ask('registration', toSignUpEvent(bench.clock, as, receipt, eventId), by);
  const cleared = {
    status: 200,
    body: {
      commands: [
        { type: 'com.okta.action.update', value: { registration: 'ALLOW' } },
        { type: 'com.okta.user.profile.update', value: { facestepReceipt: null } },
      ],
    },
  };

  test('is accepted with a receipt once, and again for a repeat of the same event', async () => {
    const receipt = await issue();
    const eventId = freshId();
    const replies = await Promise.all([1, 2, 3].map(() => signUp(receipt, { eventId, as: 'New@Example.com' })));
    expect(replies).toEqual([cleared, cleared, cleared]);
    const second = await signUp(receipt);
    expect(isAllowed(second)).toBe(false);
    expect(registrationReplyGuard.safeParse(second).error).toBeUndefined();
  });

  test('is refused without a receipt or with the receipt of another user', async () => {
    const [header = '', , signature = ''] = (await issue()).split('.');
    const forged = `${header}.${Buffer.from(JSON.stringify({ sub: login })).toString('base64url')}.${signature}`;
    const refused = [
      undefined,
      '',
      'x',
      'x'.repeat(3000),
      forged,
      await issue({ subject: 'other@example.com' }),
      await issue({ audience: `${audience}/registration` }),
      await issue({ connection: 'api:elsewhere' }),
      await issue({ issuer: 'https://other.example.com' }),
    ];
    for (const receipt of refused) {
      const reply = await signUp(receipt);
      expect(registrationReplyGuard.safeParse(reply).error).toBeUndefined();
      expect(isAllowed(reply)).toBe(false);
    }
    const late = await issue();
    bench.clock.advanceSec(121);
    expect(isAllowed(await signUp(late))).toBe(false);
  });

  test('reports the invalid field if it is refused', async () => {
    expect(await signUp('x')).toMatchObject({
      body: { error: { errorCauses: [{ location: 'data.userProfile.facestepReceipt' }] } },
    });
    expect(await ask('registration', toProgressiveEvent(bench.clock, grace, freshId()))).toMatchObject({
      body: { error: { errorCauses: [{ location: 'data.userProfileUpdate.employeeNumber' }] } },
    });
  });

  test('is refused if sent as profile completion or with an unknown request type', async () => {
    for (const requestType of ['progressive.profile', 'something.new', '']) {
      const event = { ...toSignUpEvent(bench.clock, login, await issue(), freshId()), requestType };
      expect(isAllowed(await ask('registration', event))).toBe(false);
    }
  });
});

describe('a SAML assertion', () => {
  const toSaml = (claims: object) => {
    const event = toSamlEvent(bench.clock, grace, freshId());
    return { ...event, data: { ...event.data, assertion: { claims } } };
  };
  const statement = (value: string) =>
    expect.objectContaining({ attributeValues: [expect.objectContaining({ value })] });
  const patched = (op: string, value: string) => ({
    status: 200,
    body: {
      commands: [
        {
          type: 'com.okta.assertion.patch',
          value: [{ op, path: '/claims/face_verification', value: statement(value) }],
        },
      ],
    },
  });

  test('receives the attribute statement only after a step-up, even if the policy denies', async () => {
    expect(await ask('saml', toSaml({ role: {} }))).toEqual({ status: 200, body: { commands: [] } });
    await bench.passStepUp(grace);
    expect(await ask('saml', toSaml({ role: {} }))).toEqual(patched('add', 'verified'));
  });

  test('receives the true value if it already has an attribute statement of the same name', async () => {
    const own = { face_verification: { attributeValues: [{ value: 'verified' }] } };
    expect(await ask('saml', toSaml(own))).toEqual(patched('replace', 'unverified'));
    await bench.passStepUp(grace);
    expect(await ask('saml', toSaml(own))).toEqual(patched('replace', 'verified'));
  });
});
