import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileAudit } from '../../../src/audit/file.js';
import { signHeads } from '../../../src/audit/heads.js';
import { revokeSubject } from '../../../src/core/enrolment/revoke.js';
import { prune } from '../../../src/core/ledger/prune.js';
import { createSight } from '../../../src/engine/sight.js';
import { createLedgerRecorder } from '../../../src/ledger/recorder.js';
import { createStretch, publishedCost } from '../../../src/token/stretch.js';
import { createEmbeddedVerifier } from '../../../src/verifier/embedded.js';
import { createPasskeys } from '../../../src/webauthn/passkeys.js';
import { createTestCore } from '../../../test/core.js';
import { createTestJobs } from '../../../test/jobs.js';
import { testIssuer } from '../../../test/keys.js';
import { parameters } from '../../../test/parameters.js';
import { createSimulatedEngine } from '../../../test/simulated-engine.js';
import { createSimulatedJudge } from '../../../test/simulated-judge.js';
import { createMemoryProfile } from '../../../test/simulated-profile.js';
import { systemRandom } from '../../../test/sinks.js';
import { quantile, residentMiB, round } from '../measure.js';
import { type ActDeps, decideSignIn, stepUp } from './act.js';
import { actOf, daysOfYear, enrolmentDays, personOf } from './people.js';
import type { Cost, Growth, Operation, StoreKind, Year } from './stored.js';
import { openYearStore } from './stores.js';

export type YearReport = Year & { readonly node: string; readonly seconds: number };

const comparedShare = 0.1;

const warmUpRuns = 20;

const trailDays = 90;
const ledgerBounds = { days: 90, entries: 1_000_000 };

/** Reports each call of a port with its time. */
function metered<Port extends object>(port: Port, onCall: (method: string, ms: number) => void): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        const from = performance.now();
        const note = (): void => onCall(String(name), performance.now() - from);
        const result: unknown = Reflect.apply(value, target, given);
        if (!(result instanceof Promise)) {
          note();
          return result;
        }
        return result.finally(note);
      };
    },
  });
}

async function openServer(kind: StoreKind, people: number) {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-year-'));
  const core = await createTestCore(join(folder, 'keys.json'), { liveness: 'movement', enrolmentDays });
  const { clock, log } = core;
  const store = await openYearStore[kind](clock, folder);
  /** `macs`: number of HMAC calls with the sealing key. */
  const meter = { calls: 0, ledgerCalls: 0, ms: 0, macs: 0 };
  const state = metered(store.state, (_method, ms) => {
    meter.calls += 1;
    meter.ms += ms;
  });
  const ledger = metered(store.ledger, () => {
    meter.ledgerCalls += 1;
  });
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
  const quiet = { ...log, info() {} };
  const signed = await signHeads(trail, {
    signer: core.deps.signer,
    state: store.state,
    clock,
    log: quiet,
    jobs,
    onHeadAge() {},
  });
  const keys = metered(core.keys, (method) => {
    if (method === 'mac') meter.macs += 1;
  });
  const engine = createSimulatedEngine();
  const subjects = Array.from({ length: people }, (_, n) => personOf(n, people).subject);
  const connection = { ...core.connection, profile: createMemoryProfile([...subjects, 'warm-up']) };
  const deps = {
    ...core.deps,
    ...{ state, keys },
    audit: metered(signed, (_method, ms) => {
      meter.ms += ms;
    }),
    verifier: createEmbeddedVerifier({
      ...{ engine, parameters, keys, random: systemRandom },
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
      await core.state.close();
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

const nothing = { calls: 0, ledgerCalls: 0, macs: 0, requests: 0, readUnits: 0, writeUnits: 0 };
const counted = ['calls', 'ledgerCalls', 'macs', 'requests', 'readUnits', 'writeUnits'] as const;

function createAccount({ meter, store, recorder }: Server) {
  const totals = new Map<Operation, { count: number; readonly sums: typeof nothing }>();
  const read = () => ({ ...nothing, ...meter, ...store.usage });
  return {
    /** @returns total time, and the part spent on state store and audit log */
    async run(operation: Operation, work: () => Promise<unknown>): Promise<{ tookMs: number; waitedMs: number }> {
      const before = read();
      const from = performance.now();
      await work();
      const [tookMs, waitedMs] = [performance.now() - from, meter.ms - before.ms];
      await recorder.flush();
      const after = read();
      const total = totals.get(operation) ?? { count: 0, sums: { ...nothing } };
      totals.set(operation, total);
      total.count += 1;
      for (const name of counted) total.sums[name] += after[name] - before[name];
      return { tookMs, waitedMs };
    },
    costOf(operation: Operation): Cost {
      const total = totals.get(operation);
      if (total === undefined) throw new Error(`no ${operation} in this year`);
      const each = (name: (typeof counted)[number]): number => round(total.sums[name] / total.count);
      const [requests, readUnits, writeUnits] = [each('requests'), each('readUnits'), each('writeUnits')];
      return {
        ...{ count: total.count, stateCalls: each('calls'), ledgerCalls: each('ledgerCalls'), keyUses: each('macs') },
        dynamodb: store.usage === null ? null : { requests, readUnits, writeUnits },
      };
    },
  };
}

function toGrowth(times: readonly number[]): Growth {
  const compared = Math.max(1, Math.floor(times.length * comparedShare));
  const of = (some: readonly number[]) => ({
    p50Ms: round(quantile(some), 3),
    p99Ms: round(quantile(some, 0.99), 3),
  });
  const [start, end] = [of(times.slice(0, compared)), of(times.slice(-compared))];
  return { start, end, ratio: { p50: round(end.p50Ms / start.p50Ms), p99: round(end.p99Ms / start.p99Ms) } };
}

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
