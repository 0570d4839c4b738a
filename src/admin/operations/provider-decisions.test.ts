import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestSigner } from '../../../support/fakes/keys.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createMemoryAudit, createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { createTestUpkeep, emptySetup } from '../../../support/fakes/upkeep.js';
import type { Adapter } from '../../connections/adapter.js';
import type { DecisionAtProvider, DecisionsRead } from '../../connections/decisions-at-provider.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import { addSec, type EpochMs, epochMs, fromIso, toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import { readKnownDecisions, recordProviderDecisions } from './provider-decisions.js';

/* A provider whose log is a list; what the adapter does with a real log is tested with the adapter. */

const started = fromIso('2026-11-28T08:00:00.000Z');
const signer = await createTestSigner();
let clock: ReturnType<typeof createManualClock>;
let audit: ReturnType<typeof createMemoryAudit>;
let log: ReturnType<typeof createTextLog>;
let state: ReturnType<typeof createSqliteState>;
/** The provider's log, in the order of arrival. */
let logged: DecisionAtProvider[];
let asked: EpochMs[];
let refusal: string | null;
let ignored: number;
let hasGap: boolean;
/** Called before an event is recorded. */
let onAppend: () => void;
beforeEach(() => {
  clock = createManualClock(started);
  audit = createMemoryAudit();
  log = createTextLog();
  state = createSqliteState({ file: ':memory:', clock });
  [logged, asked, refusal, ignored, hasGap] = [[], [], null, 0, false];
  onAppend = () => {};
});
afterEach(() => state.close());

async function readDecisions(since: EpochMs): Promise<DecisionsRead> {
  asked.push(since);
  if (refusal !== null) return { decisions: [], until: null, hasGap: false, ignored: 0, reason: refusal };
  const until = epochMs(Math.min(addSec(since, 3600), clock.now()));
  return { decisions: logged.filter(({ at }) => at >= since && at <= until), until, hasGap, ignored, reason: null };
}

/** An adapter has far more, which the job does not use. */
const adapter = { readDecisions } as Partial<Adapter> as Adapter;

function toSetup(of: Adapter = adapter): Setup {
  const { config } = emptySetup({ publicUrl: 'https://face.example.com' });
  const connection = { id: 'customers', createAdapter: async () => of } as Partial<ConfiguredConnection>;
  return { config, connections: [connection as ConfiguredConnection] };
}

const setup = toSetup();
const upkeep = (given: Setup = setup) => {
  const appending = {
    ...audit,
    async append(event: Parameters<typeof audit.append>[0]) {
      onAppend();
      await audit.append(event);
    },
  };
  return createTestUpkeep({ clock, random: systemRandom, log, state, audit: appending, signer }, () => given);
};
const run = (holder = 'one', given?: Setup) => recordProviderDecisions(holder, upkeep(given));

const unverified = {
  hook: 'define-auth-challenge',
  outcome: 'unverified',
  fallback: 'pass',
  wouldHave: 'deny',
  reason: 'no_check',
} as const;

/** @param second - time of the decision, after the start */
function decide(id: string, second: number): void {
  const at = addSec(started, second);
  logged.push({ id, at, subject: `sub-${id}`, detail: { ...unverified, decidedAt: toIso(at) } });
}

const recorded = () => audit.events.map(({ subject }) => subject);

test('decisions are recorded once with their own time', async () => {
  decide('a', -10);
  await run();
  expect(audit.events).toEqual([
    {
      action: 'hook_decided',
      connection: 'customers',
      subject: 'sub-a',
      detail: { ...unverified, decidedAt: '2026-11-28T07:59:50.000Z' },
    },
  ]);
  clock.advanceSec(60);
  await run();
  expect(recorded()).toEqual(['sub-a']);
});

test('a range of the log that is too large is reported for a day, and reading continues after it', async () => {
  hasGap = true;
  await run();
  hasGap = false;
  clock.advanceSec(60);
  decide('a', 50);
  await run();
  expect(recorded()).toEqual(['sub-a']);
  const known = () => readKnownDecisions('customers', { state });
  expect((await known())?.reason).toMatch(/^some from 2026-11-27T\S+ to 2026-11-28T\S+ are missing/);
  clock.advanceSec(2 * 86_400);
  await run();
  expect((await known())?.reason).toBeNull();
});

test('a line that arrives minutes late is recorded', async () => {
  decide('a', -10);
  await run();
  decide('late', -200);
  clock.advanceSec(60);
  await run();
  expect(recorded()).toEqual(['sub-a', 'sub-late']);
});

test('a repeated call is recorded once, also by a later run; a new sign-in of the same user is recorded', async () => {
  decide('a', -5);
  await run();
  clock.advanceSec(60);
  decide('a', 5);
  decide('a', 40);
  await run();
  expect(recorded()).toEqual(['sub-a', 'sub-a']);
});

test('decisions during an outage of the server are recorded afterwards, and read only once', async () => {
  await run();
  clock.advanceSec(10 * 3600);
  for (const hour of [1, 3, 5, 9]) decide(`${hour}`, hour * 3600);
  asked = [];
  await run();
  expect(recorded()).toEqual(['sub-1', 'sub-3', 'sub-5', 'sub-9']);
  expect(new Set(asked).size).toBe(asked.length);
  expect(await readKnownDecisions('customers', { state })).toEqual({ until: toIso(clock.now()), reason: null });
});

test('more decisions than are remembered are not recorded twice', async () => {
  for (let at = 0; at < 2500; at += 1) decide(`${at}`, -250 + at / 10);
  await run();
  clock.advanceSec(10);
  await run();
  expect(recorded()).toHaveLength(2500);
  const stored = await state.read('provider-decisions:customers');
  expect(JSON.stringify(stored).length).toBeLessThan(200_000);
});

test('only the server with the lease reads; another takes over when it expires', async () => {
  await run('one');
  decide('a', 30);
  clock.advanceSec(60);
  await run('two');
  expect(recorded()).toEqual([]);
  clock.advanceSec(180);
  await run('two');
  expect(recorded()).toEqual(['sub-a']);
});

test('a failure to record loses no decision and repeats none', async () => {
  for (const id of ['a', 'b', 'c']) decide(id, -10 + id.charCodeAt(0) / 100);
  let left = 2;
  onAppend = () => {
    left -= 1;
    if (left < 0) throw new FaceError('state_unavailable');
  };
  await expect(run()).rejects.toMatchObject({ code: 'state_unavailable' });
  onAppend = () => {};
  await run();
  expect(recorded()).toEqual(['sub-a', 'sub-b', 'sub-c']);
});

test('a refusal is logged once and kept as the reason, with the time until which decisions are known', async () => {
  await run();
  refusal = 'it needs logs:FilterLogEvents';
  for (let minute = 0; minute < 3; minute += 1) {
    clock.advanceSec(60);
    await run();
  }
  expect(log.text().match(/cannot read the decisions/g)).toHaveLength(1);
  expect(await readKnownDecisions('customers', { state })).toEqual({ until: toIso(started), reason: refusal });
  refusal = null;
  decide('a', 100);
  await run();
  expect(recorded()).toEqual(['sub-a']);
});

test('ignored lines are logged once', async () => {
  ignored = 3;
  await run();
  clock.advanceSec(60);
  await run();
  expect(log.text().match(/"lines":3/g)).toHaveLength(1);
});

test('a provider without decisions of its own is not read', async () => {
  await run('one', toSetup({} as Partial<Adapter> as Adapter));
  expect(await state.read('provider-decisions-reader')).toBeNull();
  expect(await readKnownDecisions('customers', { state })).toBeNull();
});
