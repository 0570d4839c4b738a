import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileAudit } from '../../../src/audit/file.js';
import { signHeads } from '../../../src/audit/heads.js';
import { revokeSubject } from '../../../src/core/enrolment/revoke.js';
import { prune } from '../../../src/core/ledger/prune.js';
import { createSight } from '../../../src/engine/sight.js';
import { createLocalKeys } from '../../../src/keys/local.js';
import { createLedgerRecorder } from '../../../src/ledger/recorder.js';
import { createStretch, publishedCost } from '../../../src/token/stretch.js';
import { createEmbeddedVerifier } from '../../../src/verifier/embedded.js';
import { createPasskeys } from '../../../src/webauthn/passkeys.js';
import { defaultPolicy } from '../../../test/core.js';
import { createTestJobs } from '../../../test/jobs.js';
import { createTestSigner, testIssuer } from '../../../test/keys.js';
import { createManualClock } from '../../../test/manual-clock.js';
import { parameters } from '../../../test/parameters.js';
import { standardDeps } from '../../../test/settings.js';
import { createSimulatedEngine } from '../../../test/simulated-engine.js';
import { createSimulatedJudge } from '../../../test/simulated-judge.js';
import { createMemoryProfile } from '../../../test/simulated-profile.js';
import { createTextLog, systemRandom } from '../../../test/sinks.js';
import { quantile, residentMiB, round } from '../measure.js';
import { type ActDeps, decideSignIn, stepUp } from './act.js';
import { meterAudit, meterKeys, meterLedger, meterState, newMeter } from './meter.js';
import { actOf, daysOfYear, enrolmentDays, personOf } from './people.js';
import { openYearStore, type StoreKind } from './stores.js';

/** How long one kind of operation took at the beginning and at the end of the year, in milliseconds. */
export interface Growth {
  readonly start: { readonly p50Ms: number; readonly p99Ms: number };
  readonly end: { readonly p50Ms: number; readonly p99Ms: number };
  /** The end against the start, in the same run. */
  readonly ratio: { readonly p50: number; readonly p99: number };
}

/** What one operation takes on average. */
export interface Cost {
  readonly count: number;
  /** Calls of the state store, a round trip each. */
  readonly stateCalls: number;
  /** Calls of the ledger, behind it: where it is written alone. A busy server writes fifty lines at once. */
  readonly ledgerCalls: number;
  /** Uses of the key that seals tokens. */
  readonly keyUses: number;
  /** Requests and units, ledger and index included; `null` where nothing is billed so. */
  readonly dynamodb: { readonly requests: number; readonly readUnits: number; readonly writeUnits: number } | null;
}

/** A year of so many people on one store. */
export interface YearReport {
  readonly store: StoreKind;
  readonly people: number;
  readonly node: string;
  readonly seconds: number;
  /** What is stored at the end of each 30 days. */
  readonly sizes: readonly { readonly day: number; readonly bytes: number; readonly trailBytes: number }[];
  /** The most of these, for each person. */
  readonly bytesPerPerson: number;
  /** Of the process that runs all of it, the simulated people and their profiles included. */
  readonly rssMiB: { readonly start: number; readonly end: number };
  /** A hook's decision; what a check waits for state and trail. */
  readonly growth: { readonly hook: Growth; readonly check: Growth };
  readonly costs: {
    readonly enrolment: Cost;
    readonly check: Cost;
    readonly hook: Cost;
    readonly leaver: Cost /** Of the ledger, once a week. */;
    readonly pruning: Cost;
  };
}

type Operation = keyof YearReport['costs'];

/** A tenth of all checks at either end is compared. */
const comparedShare = 0.1;

/** Run before, on the same store, so that nothing is compared with a program that has just been loaded. */
const warmUpRuns = 20;

const trailDays = 90;
const ledgerBounds = { days: 90, entries: 1_000_000 };

/** Puts a store, a trail and a ledger behind the core, as a server does, with a clock that is moved. */
async function openServer(kind: StoreKind, people: number) {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-year-'));
  const clock = createManualClock();
  const store = await openYearStore(kind, clock, folder);
  const meter = newMeter();
  const log = createTextLog();
  const state = meterState(store.state, meter);
  const ledger = meterLedger(store.ledger, meter);
  const onLines = (outcome: 'written' | 'lost'): void => {
    if (outcome === 'lost') throw new Error('lines of the ledger were lost');
  };
  const jobs = createTestJobs({ clock, log });
  const recorder = createLedgerRecorder({ ledger, bounds: ledgerBounds, clock, log, jobs, onLines });
  const trail = await createFileAudit({
    ...{ file: join(folder, 'audit.jsonl'), clock, random: systemRandom, log, retentionDays: trailDays },
    requestId: () => null,
    onRecord: (record, chain) => recorder.note(record, chain, '192.0.2.0/24'),
  });
  const signer = await createTestSigner();
  const quiet = { ...log, info() {} };
  const signed = await signHeads(trail, { signer, state: store.state, clock, log: quiet, jobs, onHeadAge() {} });
  const keys = meterKeys(await createLocalKeys({ file: join(folder, 'keys.json'), random: systemRandom }), meter);
  const engine = createSimulatedEngine();
  const subjects = Array.from({ length: people }, (_, n) => personOf(n, people).subject);
  const connection = {
    ...{ id: 'work', kind: 'memory', openStepUpRequest: null },
    policy: { ...defaultPolicy, liveness: 'movement' as const, enrolmentDays },
    profile: createMemoryProfile([...subjects, 'warm-up']),
  };
  const deps = {
    ...{ clock, state, signer, log, keys, ...standardDeps },
    audit: meterAudit(signed, meter),
    verifier: createEmbeddedVerifier({
      engine,
      parameters,
      keys,
      random: systemRandom,
      stretch: createStretch(publishedCost),
    }),
    judge: createSimulatedJudge(engine),
    sight: createSight({ engine, signals: ['embedding', 'liveness', 'sketch'], checkFrame: () => {} }),
    passkeys: createPasskeys({ publicUrl: testIssuer }),
    connections: new Map([[connection.id, connection]]),
  };
  const acting: ActDeps = { deps, connection, clock };
  return {
    ...{ acting, clock, store, meter, recorder },
    prune: () => prune({ ledger, bounds: ledgerBounds, clock, counted: new Map(), pause: async () => {} }),
    trailBytes: () => trailBytesIn(folder),
    async close() {
      await signed.close();
      await recorder.stop();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Server = Awaited<ReturnType<typeof openServer>>;

async function trailBytesIn(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('audit'));
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then(({ size }) => size)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Adds up what operations take, and notes how long each waits. */
function createAccount({ meter, store, recorder }: Server) {
  const totals = new Map<Operation, Record<'count' | 'stateCalls' | 'ledgerCalls' | 'keyUses', number> & Usage>();
  const read = (): Usage & { calls: number; ledgerCalls: number; macs: number; ms: number } => ({
    ...meter,
    ...(store.usage ?? { requests: 0, readUnits: 0, writeUnits: 0 }),
  });
  return {
    /** @returns how long it took, and how much of that it waited for state and trail */
    async run(operation: Operation, work: () => Promise<unknown>): Promise<{ tookMs: number; waitedMs: number }> {
      const before = read();
      const from = performance.now();
      await work();
      const tookMs = performance.now() - from;
      const waitedMs = meter.ms - before.ms;
      await recorder.flush();
      const after = read();
      const former = totals.get(operation);
      totals.set(operation, {
        count: (former?.count ?? 0) + 1,
        stateCalls: (former?.stateCalls ?? 0) + after.calls - before.calls,
        ledgerCalls: (former?.ledgerCalls ?? 0) + after.ledgerCalls - before.ledgerCalls,
        keyUses: (former?.keyUses ?? 0) + after.macs - before.macs,
        requests: (former?.requests ?? 0) + after.requests - before.requests,
        readUnits: (former?.readUnits ?? 0) + after.readUnits - before.readUnits,
        writeUnits: (former?.writeUnits ?? 0) + after.writeUnits - before.writeUnits,
      });
      return { tookMs, waitedMs };
    },
    costOf(operation: Operation): Cost {
      const total = totals.get(operation);
      if (total === undefined) throw new Error(`no ${operation} in this year`);
      const each = (sum: number): number => round(sum / total.count);
      return {
        count: total.count,
        stateCalls: each(total.stateCalls),
        ledgerCalls: each(total.ledgerCalls),
        keyUses: each(total.keyUses),
        dynamodb:
          store.usage === null
            ? null
            : {
                requests: each(total.requests),
                readUnits: each(total.readUnits),
                writeUnits: each(total.writeUnits),
              },
      };
    },
  };
}

type Usage = Record<'requests' | 'readUnits' | 'writeUnits', number>;

function toGrowth(times: readonly number[]): Growth {
  const compared = Math.max(1, Math.floor(times.length * comparedShare));
  const [first, last] = [times.slice(0, compared), times.slice(-compared)];
  const of = (some: readonly number[], share: number): number => round(quantile(some, share), 3);
  const [start, end] = [first, last].map((some) => ({ p50Ms: of(some, 0.5), p99Ms: of(some, 0.99) }));
  if (start === undefined || end === undefined) throw new Error('no times');
  return { start, end, ratio: { p50: round(end.p50Ms / start.p50Ms), p99: round(end.p99Ms / start.p99Ms) } };
}

/** Simulates the year on one empty store. */
export async function simulateYear(kind: StoreKind, people: number, say: (line: string) => void): Promise<YearReport> {
  const from = performance.now();
  const server = await openServer(kind, people);
  const { acting, clock, store } = server;
  const { deps, connection } = acting;
  await stepUp('warm-up', 'enrol', acting);
  for (let run = 0; run < warmUpRuns; run += 1) {
    await stepUp('warm-up', 'verify', acting);
    await decideSignIn('warm-up', `warm-up-${run}`, acting);
  }
  await server.recorder.flush();
  const account = createAccount(server);
  const times = { check: [] as number[], hook: [] as number[] };
  const everybody = Array.from({ length: people }, (_, n) => personOf(n, people));
  const sizes: YearReport['sizes'][number][] = [];
  const rssAtStart = residentMiB(process.pid);
  const begin = clock.now();
  for (let day = 0; day < daysOfYear; day += 1) {
    const sinceBegin = (clock.now() - begin) / 1000;
    if (day * 86_400 > sinceBegin) clock.advanceSec(day * 86_400 - sinceBegin);
    for (const person of everybody) {
      const { subject } = person;
      const act = actOf(person, day);
      if (act === 'enrol') await account.run('enrolment', () => stepUp(subject, 'enrol', acting));
      if (act === 'leave') await account.run('leaver', () => revokeSubject({ connection, subject }, deps));
      if (act !== 'check') continue;
      times.check.push((await account.run('check', () => stepUp(subject, 'verify', acting))).waitedMs);
      const eventId = `${subject}-${day}`;
      times.hook.push((await account.run('hook', () => decideSignIn(subject, eventId, acting))).tookMs);
    }
    await store.removeExpired();
    if (day % 7 === 6) await account.run('pruning', server.prune);
    if (day % 30 === 29) {
      sizes.push({ day: day + 1, bytes: await store.sizeBytes(), trailBytes: await server.trailBytes() });
      say(`  ${kind}: day ${day + 1}…`);
    }
  }
  const rssMiB = { start: round(rssAtStart, 1), end: round(residentMiB(process.pid), 1) };
  await server.close();
  return {
    store: kind,
    people,
    node: process.version,
    seconds: round((performance.now() - from) / 1000, 1),
    sizes,
    bytesPerPerson: Math.round(Math.max(...sizes.map(({ bytes }) => bytes)) / people),
    rssMiB,
    growth: { hook: toGrowth(times.hook), check: toGrowth(times.check) },
    costs: {
      enrolment: account.costOf('enrolment'),
      check: account.costOf('check'),
      hook: account.costOf('hook'),
      leaver: account.costOf('leaver'),
      pruning: account.costOf('pruning'),
    },
  };
}
