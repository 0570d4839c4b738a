import { describe, expect, test } from '@jest/globals';
import { createTestCore, plainRequest } from '../../../support/benches/core.js';
import { enrolDrawn } from '../../../support/benches/drawn-face.js';
import { standardSettings } from '../../../support/data/settings.js';
import { drawPhoto } from '../../../support/fakes/simulated-engine.js';
import { createManualClock } from '../../../test/contract/state.js';
import { toCode } from '../../errors.js';
import { startStepUp, submitPhotos } from '../../step-up/step-up.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import { joinKey } from '../base/key.js';
import { type Assurance, vouched } from '../connection.js';
import { anonymousShare, knownShare } from '../fair-queue.js';
import {
  consumeLimit,
  consumeLimits,
  type LimitUse,
  notePassedNetwork,
  type OwnLimit,
  sharedBudgets,
} from './limits.js';

describe('a rate limit', () => {
  const setUp = () => {
    const clock = createManualClock(1_790_000_040_000);
    const deps = { clock, state: createSqliteState({ file: ':memory:', clock }), settings: standardSettings };
    const count = (limit: OwnLimit, who: string) => consumeLimit(limit, who, deps);
    const countMany = async (limit: OwnLimit, who: string, times: number) => {
      const outcomes = await Promise.all(
        Array.from({ length: times }, () => count(limit, who).then(() => 'taken', toCode)),
      );
      return outcomes.filter((outcome) => outcome === 'taken').length;
    };
    return { clock, deps, count, countMany };
  };

  test.each<[OwnLimit, number, number]>([
    ['outsiderStarts', 300, 60],
    ['startsOfPushedRequest', 5, 60],
    ['clientPictures', 6000, 60],
    ['clientLookUps', 3000, 60],
    ['administratorLookUps', 300, 60],
    ['revocations', 1000, 3600],
    ['identifications', 1200, 3600],
    ['codesOfContact', 5, 86_400],
    ['codesOfClient', 200, 3600],
  ])(
    '%s allows %d in %d seconds, also if concurrent, and reports the time to wait',
    async (limit, allowed, windowSec) => {
      const { clock, count, countMany } = setUp();
      expect(await countMany(limit, 'a', allowed + 20)).toBe(allowed);
      expect(await countMany(limit, 'b', 1)).toBe(1);
      const refusal = await count(limit, 'a').catch((error: unknown) => error);
      const retryAfterSec = windowSec - ((clock.now() / 1000) % windowSec);
      expect(refusal).toMatchObject({ code: 'locked_out', detail: { limit, retryAfterSec } });
      clock.advanceSec(retryAfterSec - 1);
      expect(await countMany(limit, 'a', 1)).toBe(0);
      clock.advanceSec(1);
      expect(await countMany(limit, 'a', 1)).toBe(1);
    },
  );

  test.each<LimitUse>([
    ['outsiderStarts', 'a'],
    ['outsiderStartsOfConnection', 'a', knownShare('a')],
    ['outsiderChecks', 'a'],
    ['outsiderChecksOfConnection', 'a', knownShare('a')],
  ])('%s, whose use is recorded, allows twenty minutes an hour at the full rate', async (...use) => {
    const { clock, deps } = setUp();
    clock.advanceSec(3600 - ((clock.now() / 1000) % 3600));
    const [limit] = use;
    // A known caller alone has half of a shared budget.
    const allowed = limit.endsWith('OfConnection') ? 6 : 3;
    const few = { ...deps, settings: { ...deps.settings, limits: { ...deps.settings.limits, [limit]: allowed } } };
    const takeOne = () =>
      consumeLimits([use], few).then(
        () => 1,
        () => 0,
      );
    const takenOf = [];
    for (let minute = 0; minute < 60; minute += 1) {
      let taken = 0;
      for (let at = 0; at < 4; at += 1) taken += await takeOne();
      takenOf.push(taken);
      clock.advanceSec(60);
    }
    expect(takenOf).toEqual(Array.from({ length: 60 }, (_, minute) => (minute < 20 ? 3 : 0)));
    expect(await takeOne()).toBe(1);
  });

  describe.each(sharedBudgets)('the shared budget %s', (budget) => {
    const few = Object.fromEntries(Object.keys(standardSettings.limits).map((name) => [name, 120]));
    const setUpFlood = async (networks: number, minutes: number) => {
      const { clock, deps } = setUp();
      clock.advanceSec(3600 - ((clock.now() / 1000) % 3600));
      const limited = { ...deps, settings: { ...deps.settings, limits: { ...deps.settings.limits, ...few } } };
      const use = async (source: string): Promise<boolean> =>
        consumeLimits([[budget, 'acme', anonymousShare(source)]], limited).then(
          () => true,
          (error: unknown) => toCode(error) !== 'locked_out',
        );
      await notePassedNetwork('203.0.113.9', 'anna', limited);
      // Each network until it is refused, minute by minute.
      for (let minute = 0; minute < minutes; minute += 1) {
        for (let at = 0; at < networks; at += 1)
          for (const source of [`198.51.100.${at}`, `2001:db8:${at}:${minute}::/64`]) while (await use(source));
        if (minute < minutes - 1) clock.advanceSec(60);
      }
      return use;
    };

    test('has a turn for a quiet network after floods from ten IPv4 addresses and ten IPv6 /48s', async () => {
      expect(await (await setUpFlood(10, 21))('192.0.2.7')).toBe(true);
    });

    test('is used up by floods from a hundred networks, except for networks from which a check passed', async () => {
      const use = await setUpFlood(50, 1);
      expect(await use('192.0.2.7')).toBe(false);
      expect(await use('203.0.113.9')).toBe(true);
    });
  });

  test('the checks of one person keep a part of the budgets for three new networks a day', async () => {
    const { deps } = setUp();
    const networks = [1, 2, 3, 4, 5].map((at) => `203.0.${at}.9`);
    for (const network of networks) await notePassedNetwork(network, 'anna', deps);
    const keys = networks.map((network) => joinKey('network-passed', anonymousShare(network).source));
    const kept = await deps.state.readMany(keys);
    expect(kept.filter((record) => record !== null)).toHaveLength(3);
  });

  test('refuses if the state store cannot count', async () => {
    const { deps } = setUp();
    await deps.state.close();
    await expect(consumeLimit('outsiderStarts', 'a', deps)).rejects.toMatchObject({ code: 'state_unavailable' });
  });
});

const core = await createTestCore();
await enrolDrawn({ connection: core.connection, subject: 'anna' }, core.deps);

describe('a face check', () => {
  const stepUp = async (source: string | null, limits: object, person = 'anna') => {
    const { connection, deps } = core;
    const assurance: Assurance = source === null ? vouched : { kind: 'anonymous', source };
    const about = { connection, subject: 'anna', assurance };
    const limited = { ...deps, settings: { ...deps.settings, limits: { ...deps.settings.limits, ...limits } } };
    const { id, challenge } = await startStepUp(about, { ...plainRequest, acceptsCopies: true }, limited);
    return submitPhotos({ id, challenge, photos: [drawPhoto(person, 9)], secret: null }, limited).then(
      ({ state }) => state,
      toCode,
    );
  };

  test('is limited per address and connection for anonymous callers only', async () => {
    const byAddress = { outsiderChecks: 2 };
    expect(await stepUp('192.0.2.7', byAddress)).toBe('passed');
    expect(await stepUp('192.0.2.7', byAddress)).toBe('passed');
    expect(await stepUp('192.0.2.7', byAddress)).toBe('locked_out');
    expect(await stepUp('192.0.2.8', byAddress)).toBe('passed');
    const byConnection = { outsiderChecksOfConnection: 3 };
    expect(await stepUp('192.0.2.9', byConnection)).toBe('locked_out');
    expect(await stepUp(null, { ...byAddress, ...byConnection })).toBe('passed');
    // A check beyond a limit leaves no line in the trail.
    expect(core.audit.events.filter(({ detail }) => detail.code === 'locked_out')).toHaveLength(0);
  });
});
