import { describe, expect, test } from '@jest/globals';
import { createTestCore } from '../../support/benches/core.js';
import { checkDrawn, enrolDrawn, drawThree as three } from '../../support/benches/drawn-face.js';
import { drawPhoto } from '../../support/fakes/simulated-engine.js';
import type { WrittenEvent } from '../../support/fakes/sinks.js';
import { SealedToken } from '../core/secrets.js';
import { FaceError, toCode } from '../errors.js';
import { readConsent } from './consent.js';
import { isDenied } from './deny-list.js';
import { recoverEnrolments } from './enrol.js';
import { revokeSubject } from './revoke.js';
import { waitForTokens } from './written-tokens.js';

/*
 * Every call that an enrolment or a renewal makes of a port is made to fail: before it does anything, or after it has done
 * it; this one alone, or all from there on, as when the process dies. Whatever happened, once it is reconciled the token in the
 * profile is the one that the audit trail says is there.
 */

const core = await createTestCore();

let users = 0;
function addUser(): string {
  const subject = `user-${++users}`;
  core.profile.attributes.set(subject, null);
  return subject;
}

/** What happens at one call of a port. */
type Fault = 'not done' | 'answer lost' | 'dies before' | 'dies after';
const faults: readonly Fault[] = ['not done', 'answer lost', 'dies before', 'dies after'];

/** The ports with something that happens at the call of that number. @returns also how many were made */
function withCalls(at: number, happen: Fault | (() => Promise<unknown>)) {
  let calls = 0;
  let isDead = false;
  const lost = () => new FaceError('profile_unavailable', { test: 'injected' });
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== 'function') return method;
        return async (...given: unknown[]) => {
          const isHere = calls++ === at;
          if (isDead || (isHere && (happen === 'not done' || happen === 'dies before'))) {
            isDead ||= happen === 'dies before';
            throw lost();
          }
          if (isHere && typeof happen === 'function') await happen();
          const result: unknown = await Reflect.apply(method, target, given);
          if (isHere && typeof happen !== 'function') {
            isDead ||= happen === 'dies after';
            throw lost();
          }
          return result;
        };
      },
    });
  const { deps, connection } = core;
  const own = { ...connection, profile: wrap(connection.profile) };
  return {
    connection: own,
    deps: { ...deps, state: wrap(deps.state), audit: wrap(deps.audit), connections: new Map([['work', own]]) },
    calls: () => calls,
  };
}

const consent = () => ({ statement: 'Face sign-in, version 1', givenAt: core.clock.now() });
type Used = Pick<ReturnType<typeof withCalls>, 'connection' | 'deps'>;
const sound = (): Used => ({ connection: core.connection, deps: core.deps });

const enrol = (subject: string, { connection, deps }: Used = sound(), from = 1) =>
  enrolDrawn({ connection, subject, photos: three(subject, from), consent: consent() }, deps);

const check = (subject: string, { connection, deps }: Used = sound(), photos = [drawPhoto(subject, 9)]) =>
  checkDrawn({ connection, subject, photos }, deps);

const eventsOf = (subject: string): WrittenEvent[] => core.audit.events.filter((event) => event.subject === subject);
const idOf = ({ detail }: WrittenEvent): string => String(detail.tokenId);

/** What was begun and not ended, as the trail has it. */
function openOf(subject: string) {
  const open = new Map<string, WrittenEvent>();
  for (const event of eventsOf(subject)) {
    if (event.action === 'enrolment_begun') open.set(idOf(event), event);
    else if (/^(enrolled|renewed|enrolment_refused|enrolment_recovered)$/.test(event.action)) open.delete(idOf(event));
  }
  return [...open.values()].map((event) => {
    const { kind, former, photos } = event.detail;
    return {
      connection: 'work',
      subject,
      photos: Number(photos),
      kind: kind === 'renewal' ? ('renewal' as const) : ('enrolment' as const),
      token: { tokenId: idOf(event), keyVersion: 1, expiresAt: null },
      former: typeof former === 'string' ? { tokenId: former, expiresAt: null } : null,
    };
  });
}

/** The token that the trail says is in the profile, whichever of two replicas noted its part first. */
function recordedOf(subject: string): string | null {
  const events = eventsOf(subject);
  const written = events.filter(({ action }) => /^(enrolled|renewed|enrolment_recovered)$/.test(action));
  const revoked = events.filter(({ action }) => action === 'revoked');
  const gone = new Set([...revoked.map(idOf), ...written.map(({ detail }) => detail.former)]);
  const current = [...new Set(written.map(idOf))].filter((id) => !gone.has(id));
  expect(current.length).toBeLessThan(2);
  return current[0] ?? null;
}

/** Lets what goes on in the background end, then does what the next process does at its start. */
async function reconcileAll(subject: string): Promise<void> {
  for (let turn = 0; turn < 20 && openOf(subject).length > 0; turn += 1) await new Promise(setImmediate);
  await recoverEnrolments(openOf(subject), core.deps);
}

/** @returns the public id of the token in the profile */
async function expectInLine(subject: string): Promise<string | null> {
  const text = core.profile.attributes.get(subject) ?? null;
  const current = text === null ? null : core.deps.verifier.identify(new SealedToken(text)).tokenId;
  const named = await readConsent({ connection: 'work', subject }, core.deps);
  const inForce = named === null || named.withdrawnAt !== null ? null : named.tokenId;
  expect({ open: openOf(subject).length, recorded: recordedOf(subject), inForce }).toEqual({
    open: 0,
    recorded: current,
    inForce: current,
  });
  if (current !== null) {
    expect(await isDenied(current, core.deps)).toBe(false);
    expect(named?.replaces).toBeNull();
    expect((await check(subject)).verdict.matched).toBe(true);
  }
  return current;
}

/** Runs it with something at its first call, then at its second, until there are no more. */
async function atEveryCall(
  happen: Fault | (() => Promise<unknown>),
  run: (used: Used) => Promise<void>,
): Promise<number> {
  for (let at = 0; ; at += 1) {
    const used = withCalls(at, happen);
    await run(used);
    if (used.calls() <= at) return at;
  }
}

test.each(faults)('an enrolment leaves profile and trail consistent if any of its calls fails: %s', async (fault) => {
  let refusals = 0;
  const calls = await atEveryCall(fault, async (used) => {
    const subject = addUser();
    const isFirst = users % 2 === 0;
    if (!isFirst) await enrol(subject);
    const former = recordedOf(subject);
    const sealed = await enrol(subject, used, 20).catch((error: unknown) => {
      refusals += 1;
      expect(toCode(error)).toBe('profile_unavailable');
      return null;
    });
    await reconcileAll(subject);
    const current = await expectInLine(subject);
    if (sealed !== null) expect(current).toBe(sealed.tokenId);
    if (former !== null) expect(await isDenied(former, core.deps)).toBe(current !== former);
  });
  expect(calls).toBeGreaterThan(10);
  expect(refusals).toBeGreaterThan(5);
});

test.each(faults)(
  'a renewal leaves profile and trail consistent and a valid token if any of its calls fails: %s',
  async (fault) => {
    let renewed = 0;
    const calls = await atEveryCall(fault, async (used) => {
      const subject = addUser();
      await enrol(subject);
      await core.keys.rotate();
      const former = recordedOf(subject);
      await check(subject, used, three(subject, 20)).catch((error: unknown) => {
        expect(toCode(error)).toBe('profile_unavailable');
      });
      await reconcileAll(subject);
      if ((await expectInLine(subject)) !== former) renewed += 1;
    });
    expect(calls).toBeGreaterThan(15);
    expect(renewed).toBeGreaterThan(5);
  },
);

test('two concurrent enrolments of one user are serialized, or one is refused, at every interleaving', async () => {
  const codes = new Set<string>();
  let subject = addUser();
  await atEveryCall(
    () => enrol(subject, sound(), 40).catch(toCode),
    async (used) => {
      const outcome = await enrol(subject, used, 20).then(() => 'enrolled', toCode);
      codes.add(outcome);
      await reconcileAll(subject);
      expect(await expectInLine(subject)).not.toBeNull();
      subject = addUser();
      if (users % 2 === 0) await enrol(subject);
    },
  );
  expect([...codes].toSorted()).toEqual(['enrolled', 'enrolment_changed']);
});

test('a concurrent enrolment and revocation never leave a token that the trail reports as revoked', async () => {
  let subject = addUser();
  const codes = new Set<string>();
  await atEveryCall(
    () => revokeSubject({ connection: core.connection, subject }, core.deps),
    async (used) => {
      codes.add(await enrol(subject, used, 20).then(() => 'enrolled', toCode));
      await reconcileAll(subject);
      await expectInLine(subject);
      subject = addUser();
      if (users % 2 === 0) await enrol(subject);
    },
  );
  expect([...codes].toSorted()).toEqual(['enrolled', 'enrolment_changed']);
});

test.each(['enrolment', 'renewal'])(
  'a revocation remains consistent with a concurrent %s at each of its calls',
  async (kind) => {
    let subject = addUser();
    await enrol(subject);
    const met = () =>
      kind === 'enrolment'
        ? enrol(subject, sound(), 40).catch(toCode)
        : check(subject, sound(), three(subject, 20)).catch(toCode);
    await atEveryCall(met, async (used) => {
      if (kind === 'renewal') await core.keys.rotate();
      await revokeSubject({ ...used, subject }, used.deps);
      await reconcileAll(subject);
      await expectInLine(subject);
      subject = addUser();
      await enrol(subject);
    });
  },
);

test('a late write of an abandoned enrolment does not re-enrol a revoked user', async () => {
  const subject = addUser();
  await enrol(subject);
  const { connection, deps } = core;
  let late: (() => Promise<void>) | null = null;
  const profile = {
    ...connection.profile,
    writeToken: async (to: string, token: SealedToken) => {
      late = () => connection.profile.writeToken(to, token);
      throw new FaceError('profile_unavailable');
    },
  };
  const attempt = enrol(subject, { connection: { ...connection, profile }, deps }, 20);
  await expect(attempt).rejects.toMatchObject({ code: 'profile_unavailable' });
  await expectInLine(subject);
  await late!();
  await expect(check(subject)).rejects.toMatchObject({ code: 'enrolment_lost' });
});

describe('at a directory whose replicas show a token late', () => {
  /** @param readsBehind - number of reads after a write that return the former value */
  function lag(readsBehind: number) {
    const { connection, deps } = core;
    const { profile } = connection;
    let former: SealedToken | null = null;
    let left = 0;
    const late = {
      ...profile,
      async writeToken(subject: string, token: SealedToken) {
        former = await profile.readToken(subject);
        left = readsBehind;
        await profile.writeToken(subject, token);
      },
      readToken: async (subject: string) => (left-- > 0 ? former : profile.readToken(subject)),
    };
    return { connection: { ...connection, profile: waitForTokens('work', late, deps, async () => {}) }, deps };
  }

  test('a check, a renewal and a second enrolment wait for the token', async () => {
    const subject = addUser();
    const used = lag(3);
    await enrol(subject, used);
    expect((await check(subject, used)).verdict.matched).toBe(true);
    await core.keys.rotate();
    for (const shown of [20, 30])
      expect((await check(subject, used, three(subject, shown))).verdict.matched).toBe(true);
    await enrol(subject, used, 40);
    await expectInLine(subject);
  });

  test('a token that does not appear within a minute of its enrolment counts against no one', async () => {
    const subject = addUser();
    const used = lag(Number.POSITIVE_INFINITY);
    await enrol(subject, used);
    const before = eventsOf(subject).length;
    const others = { connection: used.connection, subject, photos: three('mallory'), mayReplace: false };
    for (const attempt of [() => check(subject, used), () => enrolDrawn(others, used.deps)])
      await expect(attempt()).rejects.toMatchObject({ code: 'profile_unavailable' });
    expect(eventsOf(subject)).toHaveLength(before);
    // Anonymous callers get the same answer as for a user who is not enrolled.
    const anonymous = { connection: used.connection, subject, anonymousSource: '203.0.113.9' };
    expect((await checkDrawn(anonymous, used.deps)).verdict.matched).toBe(false);
    await core.clock.advanceSec(60);
    await expect(check(subject, used)).rejects.toMatchObject({ code: 'enrolment_lost' });
  });
});
