import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Fetch } from '../../src/core/ports.js';
import { Photo } from '../../src/core/secrets.js';
import { toBody } from '../../support/data/event-body.js';
import { toLifecycleEvent, toTokenEvent } from '../../support/data/okta-events.js';
import { testShare } from '../../support/data/share.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { until } from '../../support/run/eventually.js';
import { askHook } from '../../test/contract/adapter.js';
import { type OktaBench, openOktaBench, signed } from '../../test/contract/okta.js';
import { isClaimed } from '../../test/contract/okta-replies.js';

let bench: OktaBench;
let ada: string;
let grace: string;
beforeEach(async () => {
  bench = await openOktaBench();
  ada = await bench.okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
  grace = await bench.okta.createUser({ login: 'grace@example.com', password: 'correct horse' });
});

const tell = (body: unknown, by = bench.adapter) => askHook(by, 'events', signed(toBody(body)));
const heard = { status: 204, body: null };
const later = { status: 503, body: null };
const attributeOf = (user: string) => bench.okta.org.users.get(user)?.profile.facestepToken;
const revocations = () => bench.core.audit.events.filter(({ action }) => action === 'revoked');
const { 0: event } = toLifecycleEvent('00uUnlinked00000001', 'uuid').data.events;
const batch = (...events: unknown[]) => ({ eventType: 'com.okta.event_hook', data: { events } });

/** A real token in the profile. @returns whether it has been denied */
async function enrol(user: string): Promise<() => Promise<boolean>> {
  const binding = { tenant: 'workforce', idp: 'okta', subject: user, scope: 'sign-in', accuracy: 4 } as const;
  const photos = [new Photo(drawPicture(user, 1)), new Photo(drawPicture(user, 2))];
  const sealed = await bench.core.verifier.enrol({ photos, binding, secret: null, expiresAt: null, share: testShare });
  await bench.adapter.profile.writeToken(user, sealed.token);
  return async () => (await bench.core.state.read(`revoked:${sealed.tokenId}`)) !== null;
}

describe('the one-time verification GET', () => {
  const verify = (headers: Record<string, string>) =>
    askHook(bench.adapter, 'events', { method: 'GET', headers, body: new Uint8Array() });

  test('is answered with the challenge', async () => {
    expect(await verify({ 'x-okta-verification-challenge': 'aB3-_' })).toEqual({
      status: 200,
      body: { verification: 'aB3-_' },
    });
  });
});

describe('a deactivated, suspended or deleted user', () => {
  test.each(['user.lifecycle.deactivate', 'user.lifecycle.suspend', 'user.lifecycle.delete.initiated'])(
    'loses the token, the attribute and the passed step-up after %s',
    async (eventType) => {
      const isDenied = await enrol(ada);
      await bench.passStepUp(ada);
      expect(await tell(toLifecycleEvent(ada, 'e1', eventType))).toEqual(heard);
      expect(attributeOf(ada)).toBeUndefined();
      expect(await isDenied()).toBe(true);
      const signIn = toTokenEvent(bench.clock, ada, 'sign-in');
      expect(isClaimed(await askHook(bench.adapter, 'token', signed(toBody(signIn))))).toBe(false);
    },
  );

  test('loses the token even if Okta no longer accepts changes of the profile', async () => {
    const isDenied = await enrol(ada);
    await bench.okta.changeStatus(ada, 'deactivate');
    expect(await tell(toLifecycleEvent(ada, 'e1'))).toEqual(heard);
    expect(await isDenied()).toBe(true);
    expect(attributeOf(ada)).toEqual(expect.any(String));
    bench.okta.org.allowsUpdatesToDeactivated = true;
    expect(await tell(toLifecycleEvent(ada, 'e2'))).toEqual(heard);
    expect(attributeOf(ada)).toBeUndefined();
  });

  test('is not mixed up with another user, another event or a failed event', async () => {
    const isDenied = await enrol(grace);
    const others = [
      batch({ ...event, uuid: 'e1', outcome: { result: 'FAILURE' }, target: [{ type: 'User', id: grace }] }),
      toLifecycleEvent(grace, 'e2', 'user.session.start'),
      toLifecycleEvent(grace, 'e3', 'user.lifecycle.unsuspend'),
      batch({ ...event, uuid: 'e4', actor: { type: 'User', id: grace }, target: [{ type: 'User', id: ada }] }),
      batch({ ...event, uuid: 'e5', target: [{ type: 'AppUser', id: grace }] }),
      batch({ ...event, uuid: 'e6', target: null }),
    ];
    for (const other of others) expect(await tell(other)).toEqual(heard);
    expect(await isDenied()).toBe(false);
    expect(attributeOf(grace)).toEqual(expect.any(String));
  });

  test('causes one revocation for a repeated event, also after a new enrolment', async () => {
    await enrol(ada);
    const told = toLifecycleEvent(ada, 'e1');
    expect(await Promise.all([tell(told), tell(told), tell(told)])).toEqual([heard, heard, heard]);
    expect(revocations()).toHaveLength(1);
    const isDenied = await enrol(ada);
    // Another process knows what is done from the state alone.
    expect(await tell(told, bench.connect())).toEqual(heard);
    expect(await isDenied()).toBe(false);
    expect(attributeOf(ada)).toEqual(expect.any(String));
  });
});

test('in shadow mode a deactivated user loses the token as well, and no event is refused', async () => {
  const isDenied = await enrol(ada);
  const shadow = bench.connect({ policy: { mode: 'shadow' } });
  expect(await askHook(shadow, 'events', signed(toBody('x')))).toEqual(heard);
  expect(await askHook(shadow, 'events', signed(toBody(toLifecycleEvent(ada, 'e1'))))).toEqual(heard);
  expect(await isDenied()).toBe(true);
});

describe('a batch of events', () => {
  test('is processed even if it contains invalid events', async () => {
    await Promise.all([enrol(ada), enrol(grace)]);
    const leave = (user: string, uuid: string) => ({ ...event, uuid, target: [{ type: 'User', id: user }] });
    const bad = [null, 'x', 7, [], {}, { ...event, uuid: 7 }, { ...leave(ada, 'e0'), target: 'all' }];
    const users = [{ type: 'User', id: 'me' }, { type: 'User', id: '../users/x' }, { id: null }];
    expect(await tell(batch(...bad, leave(ada, 'e1'), { ...event, target: users }, leave(grace, 'e2')))).toEqual(heard);
    expect([attributeOf(ada), attributeOf(grace)]).toEqual([undefined, undefined]);
    expect(bench.core.log.text()).toContain('"count":7');
  });

  test.each([
    ['not JSON', 'x'],
    ['not a list', batch().data],
    ['an event of another hook', { ...batch(), eventType: 'com.okta.oauth2.tokens.transform' }],
  ])('is acknowledged if it is malformed, so that Okta does not repeat it: %s', async (_, body) => {
    expect(await tell(body)).toEqual({ status: 400, body: null });
  });
});

describe('an org that does not reply', () => {
  let isDown: boolean;
  const flaky: Fetch = (url, init) => (isDown ? Promise.reject(new TypeError('fetch failed')) : fetch(url, init));

  test('is retried while Okta is asked to repeat the event, and the revocation completes once the org replies', async () => {
    const isDenied = await enrol(ada);
    await bench.passStepUp(ada);
    isDown = true;
    const adapter = bench.connect({ fetch: flaky });
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const first = tell(toLifecycleEvent(ada, 'e1'), adapter);
      // Time stands still until all is done that needs none.
      for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await first).toEqual(later);
      // What is here alone has ended already.
      expect(await bench.core.state.read(`passed:workforce:${ada}`)).toBeNull();
      const again = tell(toLifecycleEvent(ada, 'e1'), adapter);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await again).toEqual(later);
      isDown = false;
      // The third try: what it sends takes real time.
      await jest.advanceTimersByTimeAsync(2_500);
    } finally {
      jest.useRealTimers();
    }
    await until(() => attributeOf(ada) === undefined);
    expect(await isDenied()).toBe(true);
    expect(await tell(toLifecycleEvent(ada, 'e1'), adapter)).toEqual(heard);
  });

  test('does not delay the revocation of another user', async () => {
    await enrol(grace);
    const adapter = bench.connect({
      fetch: (url, init) => (url.includes(ada) ? Promise.reject(new TypeError('fetch failed')) : fetch(url, init)),
    });
    const leave = (user: string) => ({ ...event, uuid: user, target: [{ type: 'User', id: user }] });
    const reply = tell(
      batch(...Array.from({ length: 8 }, (_, n) => ({ ...leave(ada), uuid: `e${n}` })), leave(grace)),
      adapter,
    );
    await until(() => attributeOf(grace) === undefined);
    expect(await reply).toEqual(later);
  });
});
