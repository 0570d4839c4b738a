import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../src/json.js';
import { askHook } from '../../test/contract/adapter.js';
import { type OktaBench, openOktaBench, signed } from '../../test/contract/okta.js';
import { toProgressiveEvent, toTokenEvent } from '../../test/contract/okta-events.js';
import { isAllowed, isClaimed, registrationReplyGuard, tokenReplyGuard } from '../../test/contract/okta-replies.js';
import type { Adapter } from '../adapter.js';

const ada = '00uAda00000000000001';
const grace = '00uGrace000000000002';
/** Has never passed a step-up. */
const eve = '00uEve00000000000003';

let bench: OktaBench;
let adapter: Adapter;
beforeAll(async () => {
  bench = await openOktaBench();
  adapter = bench.connect();
});
afterAll(() => bench.close());

const encode = (body: unknown) => Buffer.from(JSON.stringify(body));
const ask = (hook: string, body: unknown, by = adapter) => askHook(by, hook, signed(encode(body)));
let events = 0;
const freshId = () => `event-${++events}`;
const denial = { status: 200, body: { error: { errorSummary: expect.any(String) } } };
const malformed = { status: 200, body: { error: { errorSummary: expect.stringMatching(/^request_malformed: /) } } };

describe('whose tokens', () => {
  test('tokens that name another user than the event are refused, and use nothing up', async () => {
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

  test('an event without a user is only believed where no token is a person’s', async () => {
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

  test('a face claim somebody configured for services is taken out', async () => {
    const claims = { sub: '0oaService0000000001', face_verification: { result: 'verified' } };
    const event = { ...toTokenEvent(bench.clock, ada, freshId()), data: { context: {}, access: { claims } } };
    expect(await ask('token', event)).toEqual({
      status: 200,
      body: {
        commands: [{ type: 'com.okta.access.patch', value: [{ op: 'remove', path: '/claims/face_verification' }] }],
      },
    });
  });

  test('a call for one hook is refused at the other', async () => {
    await bench.passStepUp(ada);
    expect(await ask('token', toProgressiveEvent(bench.clock, ada, freshId()))).toMatchObject(malformed);
    expect(isAllowed(await ask('registration', toTokenEvent(bench.clock, ada, freshId())))).toBe(false);
  });

  test('a self-service registration is refused, even with a user in it', async () => {
    await bench.passStepUp(ada);
    const event = toProgressiveEvent(bench.clock, ada, freshId());
    for (const requestType of ['self.service.registration', undefined, null, 'something.new']) {
      const reply = await ask('registration', { ...event, requestType });
      expect(registrationReplyGuard.safeParse(reply).error).toBeUndefined();
      expect(isAllowed(reply)).toBe(false);
    }
  });
});

describe('what the state store cannot tell', () => {
  const down = { read: () => Promise.reject(new Error('disk on fire')) };

  test('is denied as internal where it breaks in an unknown way', async () => {
    const broken = bench.connect({ core: { state: { ...bench.core.state, ...down } } });
    expect(await ask('token', toTokenEvent(bench.clock, ada, freshId()), broken)).toMatchObject({
      body: { error: { errorSummary: expect.stringMatching(/^internal: /) } },
    });
  });

  test('is answered in time, as the policy says, where it hangs', async () => {
    const hanging = { ...bench.core.state, read: () => new Promise<never>(() => {}) };
    for (const [whenUnavailable, reply] of [
      ['deny', denial],
      ['omit_claim', { status: 200, body: { commands: [] } }],
    ] as const) {
      const slow = bench.connect({ policy: { whenUnavailable }, core: { state: hanging } });
      expect(await ask('token', toTokenEvent(bench.clock, ada, freshId()), slow)).toMatchObject(reply);
    }
  });
});

/** One thing wrong somewhere in an event. */
const paths = [
  'eventId',
  'eventTime',
  'eventType',
  'requestType',
  'data',
  'data.context',
  'data.context.user',
  'data.context.user.id',
  'data.identity',
  'data.identity.claims',
  'data.identity.claims.sub',
  'data.access',
  'data.access.claims',
  'data.access.claims.uid',
  'data.access.claims.face_verification',
];
const poison = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue() },
  fc.constantFrom<Json>(null, '', 0, -1, 1e308, true, [], {}, grace, 'constructor', { length: 1 }),
  fc.constant('x'.repeat(100_000)),
  fc.constant({ ['__proto__']: { id: ada } }),
);
const mutation = fc.record({ path: fc.constantFrom(...paths), value: fc.option(poison, { nil: undefined }) });

function mutate(event: unknown, changes: readonly { path: string; value: unknown }[]): Json {
  const copy = structuredClone(event);
  for (const { path, value } of changes) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const holder = names.reduce<unknown>(
      (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
      copy,
    );
    if (typeof holder !== 'object' || holder === null) continue;
    if (value === undefined) Reflect.deleteProperty(holder, last);
    else Reflect.set(holder, last, structuredClone(value));
  }
  return copy as Json;
}

describe('hostile calls with good credentials', () => {
  test('to the token hook are always answered 200 in Okta’s shape, and never with a claim', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (changes) => {
        const event = mutate(toTokenEvent(bench.clock, eve, freshId()), changes);
        const reply = await ask('token', event, adapter);
        expect(tokenReplyGuard.safeParse(reply).error).toBeUndefined();
        expect(reply.status).toBe(200);
        expect(isClaimed(reply)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('to the registration hook are always answered 200 in Okta’s shape, and never allowed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (changes) => {
        const reply = await ask('registration', mutate(toProgressiveEvent(bench.clock, eve, freshId()), changes));
        expect(registrationReplyGuard.safeParse(reply).error).toBeUndefined();
        expect(reply.status).toBe(200);
        expect(isAllowed(reply)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('that are no JSON at all are denied', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await askHook(adapter, 'token', signed(bytes))).toMatchObject(denial);
      }),
    );
    for (const text of ['', 'null', '[]', '"x"', `${'['.repeat(100_000)}`, '\ufeff{}', '{"data":'])
      expect(await askHook(adapter, 'token', signed(Buffer.from(text)))).toMatchObject(denial);
  });
});
