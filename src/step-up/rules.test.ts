import { describe, expect, test } from '@jest/globals';
import { createTestCore, plainRequest, testEvent, testSignIn } from '../../support/benches/core.js';
import { enrolDrawn } from '../../support/benches/drawn-face.js';
import { ruleOf as rule } from '../../support/data/sign-in-rule.js';
import { drawPhoto } from '../../support/fakes/simulated-engine.js';
import type { HookEvent } from '../connections/hook-decision.js';
import type { Policy } from '../core/connection.js';
import type { Group } from '../core/ports.js';
import type { ReceiptRequest } from '../core/receipt.js';
import type { SignInRule } from '../core/rules/rule.js';
import { Credential } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { recordPlace } from '../notifications/known-places.js';
import { decideHook } from './decide.js';
import { createSignInRules } from './evaluate-sign-in.js';
import type { HookSignIn } from './passed-step-up.js';
import { startStepUp, submitPhotos } from './step-up.js';

/** Connects the real core to people whose groups the directory returns. */
async function setUp(rules: readonly SignInRule[], policy: Partial<Policy> = {}) {
  const core = await createTestCore({ rules, ...policy });
  const groups = new Map<string, readonly Group[]>();
  const directory = {
    reads: 0,
    isDown: false,
    isSearchDown: false,
    absent: [] as string[],
    ids: new Map<string, readonly string[]>(),
    searches: [] as string[],
  };
  const profile = {
    ...core.profile,
    readGroups: async (subject: string) => {
      directory.reads += 1;
      if (directory.isDown) throw new FaceError('profile_unavailable');
      return groups.get(subject) ?? [];
    },
  };
  const findGroupIds = async (named: string): Promise<readonly string[]> => {
    directory.searches.push(named);
    if (directory.isSearchDown) throw new FaceError('profile_unavailable');
    return directory.absent.includes(named) ? [] : (directory.ids.get(named) ?? [named]);
  };
  const own = { ...core.connection, profile, findGroupIds };
  const connection = { ...own, signInRules: createSignInRules(own, core.deps) };
  core.deps.connections.set('work', connection);
  const { clock, audit, deps } = core;
  let events = 0;
  return {
    ...core,
    connection,
    groups,
    directory,
    hook: async (subject = 'anna', more: Partial<HookEvent> = {}) => {
      const event = { ...testEvent, connection, hook: 'token', subject, eventId: `event-${++events}` };
      const decision = await decideHook({ ...event, eventTime: clock.now(), ...more }, deps);
      const recorded = audit.events.findLast(({ action }) => action === 'hook_decided');
      return { decision, detail: recorded?.detail };
    },
    enrol: () => enrolDrawn({ connection, subject: 'anna' }, deps),
    stepUp: async (
      asked: { readonly rule?: string; readonly receipt?: ReceiptRequest; readonly hookSignIn?: HookSignIn } = {},
    ) => {
      const { rule = null, receipt: wanted, hookSignIn = testSignIn } = asked;
      const receipt = wanted === undefined ? null : { for: { ...wanted }, issued: null };
      const flow = { ...plainRequest, receipt, hookSignIn, acceptsCopies: true };
      const { id, challenge } = await startStepUp({ connection, subject: 'anna', rule }, flow, deps);
      return submitPhotos({ id, challenge, photos: [drawPhoto('anna', 9)], secret: null }, deps);
    },
  };
}

const pilots = [{ id: 'g-1', name: 'Pilot' }];

describe('a group is enforced while the others are watched', () => {
  test('a member without a face check is refused by the rule; others pass in the shadow mode of the policy', async () => {
    const { hook, groups } = await setUp([rule({ when: { groups: ['pilot'] } })], { mode: 'shadow' });
    groups.set('anna', pilots);
    expect(await hook('anna')).toMatchObject({
      decision: { outcome: 'unverified', fallback: 'deny' },
      detail: { reason: 'no_check', rule: 'pilot' },
    });
    const other = await hook('berta');
    expect(other).toMatchObject({
      decision: { outcome: 'unverified', fallback: 'pass' },
      detail: { wouldHave: 'deny' },
    });
    expect(other.detail).not.toHaveProperty('rule');
  });

  test('a group among 400 is found by its id, also after it was renamed; its former name is no longer a member', async () => {
    const others = Array.from({ length: 399 }, (_, at) => ({ id: `other-${at}`, name: `Other ${at}` }));
    const byId = await setUp([rule({ when: { groups: ['g-1'] } })], { mode: 'shadow' });
    byId.groups.set('anna', [...others, { id: 'g-1', name: 'Renamed' }]);
    expect(await byId.hook()).toMatchObject({ decision: { fallback: 'deny' } });
    const byName = await setUp([rule({ when: { groups: ['Pilot'] } })], { mode: 'shadow' });
    byName.groups.set('anna', [...others, ...pilots]);
    expect(await byName.hook()).toMatchObject({ decision: { fallback: 'deny' } });
    byName.groups.set('berta', [...others, { id: 'g-1', name: 'Renamed' }]);
    expect(await byName.hook('berta')).toMatchObject({ decision: { fallback: 'pass' } });
  });

  test('a member with a face check passes, and the record names the rule', async () => {
    const { hook, groups, enrol, stepUp } = await setUp([rule({ when: { groups: ['g-1'] } })], { mode: 'shadow' });
    groups.set('anna', pilots);
    await enrol();
    await stepUp();
    expect(await hook()).toMatchObject({ decision: { outcome: 'verified' }, detail: { rule: 'pilot' } });
  });

  test('a rule in shadow mode decides nothing; the record says what it would decide', async () => {
    const watched = rule({ name: 'strict', when: { groups: ['pilot'] }, outcome: 'deny', mode: 'shadow' });
    const { hook, groups, enrol, stepUp } = await setUp([watched]);
    groups.set('anna', pilots);
    await enrol();
    await stepUp();
    expect(await hook()).toMatchObject({
      decision: { outcome: 'verified' },
      detail: { watched: { rule: 'strict', outcome: 'deny', fallback: 'deny' } },
    });
  });
});

describe('outcomes', () => {
  test('deny refuses a sign-in with a face check, does not consume the check, and counts no failure', async () => {
    const abroad = rule({ when: { networks: ['abroad'] }, outcome: 'deny' });
    const policy = { networks: { abroad: ['198.51.100.0/24'] }, sameAddress: false };
    const { hook, enrol, stepUp, audit } = await setUp([abroad], policy);
    await enrol();
    await stepUp();
    for (let n = 0; n < 25; n += 1)
      expect(await hook('anna', { address: '198.51.100.7' })).toMatchObject({
        decision: { outcome: 'unverified', fallback: 'deny' },
        detail: { reason: 'denied_by_rule', rule: 'pilot' },
      });
    expect(audit.events.filter(({ action }) => action === 'locked_out')).toEqual([]);
    expect(await hook()).toMatchObject({ decision: { outcome: 'verified' } });
  });

  test('none allows a sign-in without a face check, and still uses a check for the claim', async () => {
    const { hook, enrol, stepUp } = await setUp([rule({ when: { networks: ['office'] }, outcome: 'none' })], {
      networks: { office: ['192.0.2.0/24'] },
    });
    await enrol();
    expect(await hook()).toMatchObject({
      decision: { outcome: 'unverified', fallback: 'pass' },
      detail: { reason: 'no_check_needed', rule: 'pilot' },
    });
    expect(await hook('anna', { address: '198.51.100.7' })).toMatchObject({ decision: { fallback: 'deny' } });
    await stepUp();
    expect(await hook()).toMatchObject({ decision: { outcome: 'verified' } });
  });
});

describe('settings of a rule', () => {
  test('a pass older than the freshness of the rule is too old; for others it is valid', async () => {
    const { hook, groups, enrol, stepUp, clock } = await setUp([
      rule({ when: { groups: ['pilot'] }, freshnessSec: 60 }),
    ]);
    await enrol();
    await stepUp();
    clock.advanceSec(100);
    groups.set('anna', pilots);
    expect(await hook()).toMatchObject({ detail: { reason: 'no_check' } });
    const other = await setUp([rule({ when: { groups: ['pilot'] }, freshnessSec: 600 })], { freshnessSec: 60 });
    await other.enrol();
    await other.stepUp();
    other.clock.advanceSec(100);
    other.groups.set('anna', pilots);
    expect(await other.hook()).toMatchObject({ decision: { outcome: 'verified' } });
  });

  test('a check with less liveness than the rule asks for is refused; without the rule it is enough', async () => {
    const strict = rule({ when: { groups: ['pilot'] }, liveness: 'passive' });
    const { hook, groups, enrol, stepUp } = await setUp([strict]);
    await enrol();
    groups.set('anna', pilots);
    await stepUp();
    expect(await hook()).toMatchObject({ detail: { reason: 'weaker_check', rule: 'pilot' } });
    await stepUp({ rule: 'pilot' });
    expect(await hook()).toMatchObject({ decision: { outcome: 'verified' } });
    const other = await setUp([strict]);
    await other.enrol();
    await other.stepUp();
    expect(await other.hook()).toMatchObject({ decision: { outcome: 'verified' } });
  });
});

describe('a receipt', () => {
  const receipt = { audience: 'portal', nonce: null };

  test('is refused by a rule that refuses the person, and another try is no use', async () => {
    const deny = rule({ when: { groups: ['pilot'] }, outcome: 'deny' });
    const { groups, enrol, stepUp, audit, clock } = await setUp([deny]);
    await enrol();
    expect(await stepUp({ receipt })).toMatchObject({ state: 'passed', receipt: expect.anything() });
    groups.set('anna', pilots);
    clock.advanceSec(301);
    expect(await stepUp({ receipt })).toMatchObject({ state: 'failed', receipt: null, pass: null });
    expect(audit.events.filter(({ action }) => action === 'hook_decided')).toMatchObject([
      { detail: { hook: 'step_up', reason: 'denied_by_rule', rule: 'pilot' } },
    ]);
    // Webhooks report the record as a passed check.
    expect(audit.events.filter(({ action }) => action === 'verified')).toHaveLength(1);
  });

  test('needs the liveness of the rule, unless the rule only watches', async () => {
    const strict = rule({ when: { groups: ['pilot'] }, liveness: 'passive' });
    const { groups, enrol, stepUp, audit } = await setUp([strict]);
    groups.set('anna', pilots);
    await enrol();
    expect(await stepUp({ receipt })).toMatchObject({ state: 'failed' });
    expect(audit.events.findLast(({ action }) => action === 'hook_decided')).toMatchObject({
      detail: { reason: 'weaker_check', rule: 'pilot' },
    });
    expect(await stepUp({ receipt, rule: 'pilot' })).toMatchObject({ state: 'passed' });
    const watched = await setUp([{ ...strict, mode: 'shadow' }]);
    watched.groups.set('anna', pilots);
    await watched.enrol();
    expect(await watched.stepUp({ receipt })).toMatchObject({ state: 'passed' });
  });

  test('is refused if the network is not known because a backend sent the photos, and the rule says so', async () => {
    const networks = { office: ['192.0.2.0/24'] };
    const away = rule({ when: { networks: ['office'] }, outcome: 'none', whenUnknown: 'deny' });
    const { enrol, stepUp } = await setUp([away], { networks });
    await enrol();
    expect(await stepUp({ receipt, hookSignIn: { application: 'portal', address: null } })).toMatchObject({
      state: 'failed',
    });
    expect(await stepUp({ receipt })).toMatchObject({ state: 'passed' });
  });
});

test('a check under a rule that asks for less liveness serves no sign-in that needs more', async () => {
  const lax = rule({ name: 'wiki', when: { applications: ['wiki'] }, liveness: 'off' });
  const { hook, enrol, stepUp } = await setUp([lax], { liveness: 'passive' });
  await enrol();
  await stepUp({ rule: 'wiki' });
  expect(await hook()).toMatchObject({ decision: { fallback: 'deny' }, detail: { reason: 'weaker_check' } });
  await stepUp();
  expect(await hook()).toMatchObject({ decision: { outcome: 'verified' } });
});

test('a rule that may match and then leaves the decision to the policy does not stop later rules that refuse', async () => {
  const pilot = rule({ name: 'pilot', when: { groups: ['pilot'] } });
  const abroad = rule({ name: 'abroad', when: { networks: ['abroad'] }, outcome: 'deny', whenUnknown: 'deny' });
  const office = rule({ name: 'office', when: {}, outcome: 'none' });
  const policy = { mode: 'shadow', networks: { abroad: ['198.51.100.0/24'] } } as const;
  const { hook, directory } = await setUp([pilot, abroad, office], policy);
  directory.isDown = true;
  expect(await hook('anna', { address: '198.51.100.7' })).toMatchObject({ detail: { rule: 'abroad' } });
  expect(await hook('anna', { address: 'not an address' })).toMatchObject({ detail: { reason: 'rule_unknown' } });
  // A later rule that asks for no check does not count, because the pilot may need one.
  expect((await hook()).detail).toMatchObject({ reason: 'no_check', fallback: 'pass' });
  expect((await hook()).detail).not.toHaveProperty('rule');
});

describe('facts that are not known', () => {
  test('while the directory is down, the stated side of the rule decides, and the record says so', async () => {
    const { hook, directory } = await setUp([rule({ when: { groups: ['pilot'] }, whenUnknown: 'deny' })], {
      mode: 'shadow',
    });
    directory.isDown = true;
    expect(await hook()).toMatchObject({ decision: { fallback: 'deny' }, detail: { reason: 'rule_unknown' } });
    const lax = await setUp([rule({ when: { groups: ['pilot'] }, whenUnknown: 'policy' })], { mode: 'shadow' });
    lax.directory.isDown = true;
    expect(await lax.hook()).toMatchObject({ decision: { fallback: 'pass' }, detail: { reason: 'no_check' } });
  });

  test('a group that the provider does not have is not known, so the stated side of the rule decides', async () => {
    const misspelt = rule({ when: { groups: ['Pilots'] }, outcome: 'none', whenUnknown: 'deny' });
    const { hook, directory, groups } = await setUp([misspelt], { mode: 'shadow' });
    groups.set('anna', pilots);
    directory.absent.push('Pilots');
    expect(await hook()).toMatchObject({ decision: { fallback: 'deny' }, detail: { reason: 'rule_unknown' } });
  });

  test('if a group look-up fails and the provider hides group names, membership is not known until a look-up succeeds', async () => {
    const { hook, directory, groups } = await setUp([rule({ when: { groups: ['Pilot'] }, whenUnknown: 'deny' })], {
      mode: 'shadow',
    });
    groups.set('anna', [{ id: 'g-1', name: null }]);
    groups.set('berta', [{ id: 'g-2', name: 'Others' }]);
    directory.ids.set('Pilot', ['g-9']);
    directory.isSearchDown = true;
    expect(await hook()).toMatchObject({ detail: { reason: 'rule_unknown' } });
    expect((await hook('berta')).detail).not.toHaveProperty('rule');
    directory.isSearchDown = false;
    expect((await hook()).detail).not.toHaveProperty('rule');
  });

  test('if the provider hides the name of a group, membership is found by the id of the group', async () => {
    const { hook, directory, groups } = await setUp([rule({ when: { groups: ['Pilot'] }, outcome: 'deny' })], {
      mode: 'shadow',
    });
    groups.set('anna', [{ id: 'g-1', name: null }]);
    directory.ids.set('Pilot', ['g-1']);
    expect(await hook()).toMatchObject({ detail: { reason: 'denied_by_rule', rule: 'pilot' } });
    groups.set('berta', [{ id: 'g-2', name: null }]);
    expect((await hook('berta')).detail).not.toHaveProperty('rule');
  });

  test('nothing is looked up about a person before the first factor', async () => {
    const { hook, directory } = await setUp([rule({ when: { groups: ['pilot'] }, whenUnknown: 'deny' })]);
    expect(await hook('anna', { isAfterFirstFactor: false })).toMatchObject({ detail: { reason: 'rule_unknown' } });
    expect(directory.reads).toBe(0);
  });

  test('groups are read once in five minutes; a failed reading is repeated at the next sign-in', async () => {
    const { hook, directory, clock, groups } = await setUp([rule({ when: { groups: ['pilot'] } })]);
    directory.isDown = true;
    await hook();
    directory.isDown = false;
    groups.set('anna', pilots);
    await Promise.all([hook(), hook(), hook()]);
    expect(directory.reads).toBe(2);
    clock.advanceSec(299);
    await hook();
    expect(directory.reads).toBe(2);
    clock.advanceSec(2);
    groups.set('anna', []);
    expect((await hook()).detail).not.toHaveProperty('rule');
    expect(directory.reads).toBe(3);
  });
});

test('a network from which the person passed a check is not new, and the last check counts its hours', async () => {
  const { hook, deps, clock } = await setUp([
    rule({ name: 'new network', when: { newNetwork: true } }),
    rule({ name: 'old check', when: { lastCheckHours: 24 } }),
    rule({ name: 'others', when: {}, outcome: 'none' }),
  ]);
  const who = { connection: 'work', subject: 'anna' };
  expect((await hook()).detail).toMatchObject({ rule: 'new network' });
  const device = new Credential('device');
  await recordPlace(who, { device, network: '192.0.2.0/24', isProven: true }, deps);
  expect((await hook()).detail).toMatchObject({ rule: 'others' });
  expect((await hook('anna', { address: '198.51.100.1' })).detail).toMatchObject({ rule: 'new network' });
  clock.advanceSec(24 * 3600);
  expect((await hook()).detail).toMatchObject({ rule: 'old check' });
  // A check by someone who showed only a face proves nothing about the place, and is not the last check.
  await recordPlace(who, { device, network: '192.0.2.0/24', isProven: false }, deps);
  expect((await hook()).detail).toMatchObject({ rule: 'old check' });
  await recordPlace({ ...who, subject: 'berta' }, { device, network: '192.0.2.0/24', isProven: false }, deps);
  expect((await hook('berta')).detail).toMatchObject({ rule: 'new network' });
});

test('while the store is down, a rule that refuses still refuses, and a rule that asks for nothing asks for nothing', async () => {
  const { connection, deps, audit } = await setUp(
    [
      rule({ name: 'closed', when: { applications: ['closed'] }, outcome: 'deny' }),
      rule({ name: 'open', when: { applications: ['open'] }, outcome: 'none' }),
      rule({ name: 'lax', when: { applications: ['lax'] }, whenUnavailable: 'omit_claim' }),
    ],
    { mode: 'shadow' },
  );
  const state = {
    ...deps.state,
    readMany: async () => {
      throw new FaceError('state_unavailable');
    },
  };
  const ask = async (application: string) => {
    const event = { ...testEvent, application, connection, hook: 'token', subject: 'anna', eventId: application };
    const decision = await decideHook({ ...event, eventTime: null }, { ...deps, state });
    return { decision, detail: audit.events.at(-1)?.detail };
  };
  expect(await ask('closed')).toMatchObject({ decision: { fallback: 'deny' }, detail: { rule: 'closed' } });
  expect(await ask('open')).toMatchObject({ decision: { fallback: 'pass' }, detail: { rule: 'open' } });
  expect(await ask('lax')).toMatchObject({ decision: { fallback: 'omit_claim' }, detail: { rule: 'lax' } });
  expect(await ask('other')).toMatchObject({ decision: { fallback: 'pass' } });
});

test.each<[string, Partial<SignInRule>, 'deny' | 'pass' | 'omit_claim']>([
  ['a rule for everyone refuses', { when: {}, outcome: 'deny' }, 'deny'],
  ['a rule for the application refuses', { when: { applications: ['payroll'] }, outcome: 'deny' }, 'deny'],
  ['a rule for the application has its own fallback', { whenUnavailable: 'omit_claim' }, 'omit_claim'],
  ['a rule for another application refuses', { when: { applications: ['mail'] }, outcome: 'deny' }, 'pass'],
  ['a rule for a group refuses if it is not known', { when: { groups: ['pilot'] }, whenUnknown: 'deny' }, 'deny'],
  ['a rule for a group leaves it to the policy', { when: { groups: ['pilot'] }, outcome: 'deny' }, 'pass'],
  ['a rule needs no check', { outcome: 'none' }, 'pass'],
  ['a rule in shadow mode refuses', { when: {}, outcome: 'deny', mode: 'shadow' }, 'pass'],
])('in shadow mode, while nothing about the person can be read and %s: %s', async (_name, settings, fallback) => {
  const own = rule({ when: { applications: ['payroll'] }, whenUnknown: 'policy', ...settings });
  const { connection, deps } = await setUp([own], { mode: 'shadow' });
  const signInRules = {
    ...connection.signInRules,
    evaluate: async () => {
      throw new FaceError('state_unavailable');
    },
  };
  const event = { ...testEvent, connection: { ...connection, signInRules }, hook: 'token', subject: 'anna' };
  const asked = { ...event, application: 'payroll', eventId: 'event-1', eventTime: null };
  expect(await decideHook(asked, deps)).toEqual({ outcome: 'unverified', fallback });
});
