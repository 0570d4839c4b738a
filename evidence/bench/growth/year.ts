import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { auditEvents } from '../../../src/app/audit-events.js';
import { createFileAudit } from '../../../src/audit/file.js';
import { signHeads } from '../../../src/audit/heads.js';
import { prune } from '../../../src/audit/ledger/prune.js';
import { createLedgerRecorder } from '../../../src/audit/ledger/recorder.js';
import type { Connection } from '../../../src/core/connection.js';
import type { CoreDeps, Ports } from '../../../src/core/deps.js';
import { digestOf } from '../../../src/core/secrets.js';
import { joinTicket } from '../../../src/core/tickets.js';
import { revokeSubject } from '../../../src/enrolment/revoke.js';
import { createPasskeys } from '../../../src/enrolment/webauthn/passkeys.js';
import { createAnalysisCache } from '../../../src/face/engine/engine.js';
import { heldSignals } from '../../../src/face/liveness/signals.js';
import { createStretch } from '../../../src/face/token/derive.js';
import { createEmbeddedVerifier } from '../../../src/face/verifier/embedded.js';
import { decideHook } from '../../../src/step-up/decide.js';
import type { FlowPorts } from '../../../src/step-up/flow.js';
import { commitFrame, startChallenge, submitFrames } from '../../../src/step-up/frames.js';
import { findSession, giveConsent, openSession } from '../../../src/step-up/session.js';
import { consentVersion } from '../../../src/step-up/session-view.js';
import { startStepUp } from '../../../src/step-up/step-up.js';
import { createTestCore, plainRequest, testEvent, testSignIn } from '../../../support/benches/core.js';
import { parameters } from '../../../support/data/parameters.js';
import { createTestJobs } from '../../../support/fakes/jobs.js';
import { testIssuer } from '../../../support/fakes/keys.js';
import { createSimulatedEngine, drawPhoto } from '../../../support/fakes/simulated-engine.js';
import { createSimulatedJudge } from '../../../support/fakes/simulated-judge.js';
import { createMemoryProfile } from '../../../support/fakes/simulated-profile.js';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { hasRedis } from '../../../support/servers/redis.js';
import { BadInput } from '../../measure/corpus/corpus.js';
import { quantile, residentMiB, round } from '../measure.js';
import { measureCheckProcessor } from '../step-up.js';
import { fillSqlite } from './fill.js';
import { type Cost, type Growth, type Operation, type StoreKind, storeKinds, type Year } from './stored.js';
import { openYearStore } from './stores.js';

interface ActDeps {
  readonly deps: CoreDeps & Ports<'keys' | 'passkeys' | 'judge' | 'analysisCache' | 'connections'> & FlowPorts;
  readonly connection: Connection;
  readonly clock: { advanceSec(seconds: number): void };
}

/** Makes each picture unique, because the server refuses repeated ones. */
let shots = 0;

/** Runs a step-up like the capture page, with one picture a second. */
async function stepUp(
  subject: string,
  purpose: 'enrol' | 'verify',
  { deps, connection, clock }: ActDeps,
): Promise<void> {
  const hookSignIn = purpose === 'verify' ? testSignIn : null;
  const started = await startStepUp({ connection, subject, purpose }, { ...plainRequest, hookSignIn }, deps);
  const ticket = joinTicket(started.id, started.challenge);
  const { session, view } = await openSession({ ticket, browser: null, returnUrl: null }, deps);
  if (view.consentNeeded) {
    const found = await findSession(session, 'consent', deps);
    await giveConsent({ session: found, version: consentVersion, language: 'en' }, deps);
  }
  const found = await findSession(session, 'start_challenge', deps);
  const { nonce, next } = await startChallenge({ session: found, shows: null, userAgent: null, shown: null }, deps);
  const photos = [];
  for (let asked = next; asked !== null; ) {
    clock.advanceSec(1);
    const photo = drawPhoto(subject, shots++);
    photos.push(photo);
    const digest = photo.use((bytes) => digestOf(bytes).toString('base64url'));
    asked = await commitFrame({ session: await findSession(session, 'commit_frame', deps), nonce, digest }, deps);
  }
  const submitted = {
    nonce,
    photos,
    reference: null,
    secret: { pin: null, passkey: null },
    device: null,
    shownFrom: { address: '127.0.0.1', userAgent: null, cookie: null },
  };
  const challenged = await findSession(session, 'submit_frames', deps);
  const { outcome } = await submitFrames({ ...submitted, session: challenged }, deps);
  if (outcome !== 'passed') throw new Error(`${purpose} of ${subject}: ${outcome}`);
}

async function decideSignIn(subject: string, eventId: string, { deps, connection }: ActDeps): Promise<void> {
  const event = { ...testEvent, connection, subject, hook: 'token', eventId, eventTime: deps.clock.now() };
  const { outcome } = await decideHook({ ...event, budgetMs: 60_000 }, deps);
  if (outcome !== 'verified') throw new Error(`hook for ${subject}: ${outcome}`);
}

interface Person {
  readonly subject: string;
  readonly enrolsOn: number;
  readonly renewsOn: number;
  /** `null` if the person stays all year. */
  readonly leavesOn: number | null;
}

const daysOfYear = 365;

const checksEach = 30;
const daysBetweenChecks = 10;

const rollOutDays = 60;

const enrolmentDays = 180;
/** Not a multiple of `daysBetweenChecks`, so that no one has a check and a renewal on the same day. */
const renewedAfterDays = 169;

const leaverEvery = 10;
const leavesAfterDays = { least: 200, most: 299 };

function personOf(n: number, people: number): Person {
  const enrolsOn = Math.floor((n * rollOutDays) / people);
  const spread = leavesAfterDays.most - leavesAfterDays.least + 1;
  const stayedDays = leavesAfterDays.least + ((n / leaverEvery) % spread);
  return {
    subject: `00u${String(n).padStart(17, '0')}`,
    enrolsOn,
    renewsOn: enrolsOn + renewedAfterDays,
    leavesOn: n % leaverEvery === 0 ? enrolsOn + Math.floor(stayedDays) : null,
  };
}

function actOf({ enrolsOn, renewsOn, leavesOn }: Person, day: number): 'enrol' | 'check' | 'leave' | null {
  const since = day - enrolsOn;
  if (leavesOn !== null && day >= leavesOn) return day === leavesOn ? 'leave' : null;
  if (day === enrolsOn || day === renewsOn) return 'enrol';
  return since > 0 && since % daysBetweenChecks === 0 && since <= checksEach * daysBetweenChecks ? 'check' : null;
}

const trailDays = 90;
const ledgerBounds = { days: 90, entries: 1_000_000 };

/** Reports each call of a port. */
function metered<Port extends object>(port: Port, onCall: (method: string) => void): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        onCall(String(name));
        return Reflect.apply(value, target, given);
      };
    },
  });
}

async function openServer(kind: StoreKind, people: number) {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-year-'));
  const core = await createTestCore(join(folder, 'keys.json'), {
    liveness: 'movement',
    enrolmentDays,
    replaceFace: 'link',
  });
  const { clock, log } = core;
  const store = await openYearStore[kind](clock, folder);
  /** `macs`: number of HMAC calls with the sealing key. */
  const meter = { calls: 0, macs: 0 };
  const state = metered(store.state, () => {
    meter.calls += 1;
  });
  const { ledger } = store;
  const onLines = (outcome: 'written' | 'lost'): void => {
    if (outcome === 'lost') throw new Error('lines of the ledger were lost');
  };
  const jobs = createTestJobs({ clock, log });
  const recorder = createLedgerRecorder({ auditEvents, ledger, bounds: ledgerBounds, clock, log, jobs, onLines });
  const trail = await createFileAudit({
    auditEvents,
    file: join(folder, 'audit.jsonl'),
    clock,
    random: systemRandom,
    log,
    retentionDays: trailDays,
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
  const connection = { ...core.connection, profile: createMemoryProfile(subjects) };
  const deps = {
    ...core.deps,
    state,
    keys,
    audit: signed,
    verifier: createEmbeddedVerifier({
      engine,
      parameters,
      keys,
      random: systemRandom,
      // Argon2id at its full cost would hide the time that the store takes.
      stretch: createStretch({ memoryKiB: 8, passes: 1 }),
    }),
    judge: createSimulatedJudge(engine),
    analysisCache: createAnalysisCache({ engine, signals: heldSignals, checkFrame: () => {} }),
    passkeys: createPasskeys({ publicUrl: testIssuer }),
    connections: new Map([[connection.id, connection]]),
  };
  const acting: ActDeps = { deps, connection, clock };
  return {
    acting,
    clock,
    store,
    meter,
    recorder,
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

const nothing = { calls: 0, macs: 0, requests: 0, readUnits: 0, writeUnits: 0 };
const counted = ['calls', 'macs', 'requests', 'readUnits', 'writeUnits'] as const;

/** The months that are compared: the first and the last in which everyone who has not left is checked. */
const comparedDays = { start: [60, 90], end: [270, 300] } as const;

const isIn = ([from, to]: readonly [number, number], day: number): boolean => day >= from && day < to;

const hashed = Buffer.alloc(256 * 1024);

/** Times work that does not depend on the store, because other programs may slow the machine down. */
function measureFloor(): number {
  const from = performance.now();
  digestOf(hashed);
  return performance.now() - from;
}

function createAccount({ meter, store, recorder }: Server) {
  const newTimes = (): Record<'check' | 'hook' | 'floor', number[]> => ({ check: [], hook: [], floor: [] });
  const timesMs = { start: newTimes(), end: newTimes() };
  const totals = new Map<Operation, { count: number; readonly sums: typeof nothing }>();
  const read = () => ({ ...nothing, ...meter, ...store.usage });
  return {
    async run(operation: Operation, day: number, work: () => Promise<unknown>): Promise<void> {
      const before = read();
      const from = performance.now();
      await work();
      const tookMs = performance.now() - from;
      const floorMs = measureFloor();
      const month = (['start', 'end'] as const).find((each) => isIn(comparedDays[each], day));
      if (month !== undefined && (operation === 'check' || operation === 'hook')) {
        timesMs[month][operation].push(tookMs);
        timesMs[month].floor.push(floorMs);
      }
      await recorder.flush();
      const after = read();
      const total = totals.get(operation) ?? { count: 0, sums: { ...nothing } };
      totals.set(operation, total);
      total.count += 1;
      for (const name of counted) total.sums[name] += after[name] - before[name];
    },
    growthOf(operation: 'check' | 'hook'): Growth {
      const startMs = round(quantile(timesMs.start[operation]));
      const endMs = round(quantile(timesMs.end[operation]));
      const slower = quantile(timesMs.end.floor) / quantile(timesMs.start.floor);
      return { startMs, endMs, ratio: round(endMs / startMs / slower) };
    },
    costOf(operation: Operation): Cost {
      const total = totals.get(operation);
      if (total === undefined) throw new Error(`no ${operation} in this year`);
      const each = (name: (typeof counted)[number]): number => round(total.sums[name] / total.count);
      const requests = each('requests');
      const readUnits = each('readUnits');
      const writeUnits = each('writeUnits');
      return {
        count: total.count,
        stateCalls: each('calls'),
        keyUses: each('macs'),
        dynamodb: store.usage === null ? null : { requests, readUnits, writeUnits },
      };
    },
  };
}

async function simulateYear(kind: StoreKind, { people, fill }: GrowthSize, say: (line: string) => void): Promise<Year> {
  const server = await openServer(kind, people);
  const { acting, clock, store } = server;
  const { deps, connection } = acting;
  const account = createAccount(server);
  const everybody = Array.from({ length: people }, (_, n) => personOf(n, people));
  const sizes: Year['sizes'][number][] = [];
  let filled: Year['filled'] = null;
  const rssAtStart = residentMiB(process.pid);
  const begin = clock.now();
  for (let day = 0; day < daysOfYear; day += 1) {
    const sinceBegin = (clock.now() - begin) / 1000;
    if (day * 86_400 > sinceBegin) clock.advanceSec(day * 86_400 - sinceBegin);
    if (day === comparedDays.end[0] && fill !== undefined && store.files !== undefined) {
      const to = { to: fill, entries: ledgerBounds.entries, now: clock.now() };
      const counted = await fillSqlite(store.files, { from: people, ...to });
      filled = { ...counted, people: fill, bytes: await store.sizeBytes(), memoryBytes: totalmem() };
    }
    for (const person of everybody) {
      const { subject } = person;
      const act = actOf(person, day);
      if (act === 'enrol') await account.run('enrolment', day, () => stepUp(subject, 'enrol', acting));
      if (act === 'leave') await account.run('leaver', day, () => revokeSubject({ connection, subject }, deps));
      if (act !== 'check') continue;
      await account.run('check', day, () => stepUp(subject, 'verify', acting));
      await account.run('hook', day, () => decideSignIn(subject, `${subject}-${day}`, acting));
    }
    await store.removeExpired();
    if (day % 7 === 6) await account.run('pruning', day, server.prune);
    if (day % 30 === 29) {
      sizes.push({ day: day + 1, bytes: await store.sizeBytes(), trailBytes: await server.trailBytes() });
      say(`  ${kind}: day ${day + 1}…`);
    }
  }
  const rssMiB = { start: round(rssAtStart, 1), end: round(residentMiB(process.pid), 1) };
  await server.close();
  const ownSizes = filled === null ? sizes : sizes.filter(({ day }) => day <= comparedDays.end[0]);
  return {
    store: kind,
    people,
    filled,
    sizes,
    bytesPerPerson: Math.round(Math.max(...ownSizes.map(({ bytes }) => bytes)) / people),
    rssMiB,
    growth: { check: account.growthOf('check'), hook: account.growthOf('hook') },
    costs: {
      enrolment: account.costOf('enrolment'),
      check: account.costOf('check'),
      hook: account.costOf('hook'),
      leaver: account.costOf('leaver'),
      pruning: account.costOf('pruning'),
    },
  };
}

const defaultPeople = 100_000;

const optionsGuard = z
  .object({
    people: z.coerce.number().int().min(10).default(defaultPeople),
    stores: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(storeKinds)))
      .default([...storeKinds]),
    fill: z.coerce.number().int().positive().optional(),
  })
  .refine(({ people, stores, fill = 0 }) => fill % people === 0 && (fill === 0 || stores.join() === 'sqlite'));

type GrowthSize = z.output<typeof optionsGuard>;

/** @throws BadInput for an invalid number or store */
export function parseGrowthSize(given: { readonly [option in keyof GrowthSize]?: string | undefined }): GrowthSize {
  const { success, data } = optionsGuard.safeParse(given);
  if (success) return data;
  throw new BadInput(
    `--people takes a number from 10 on, --stores some of ${storeKinds.join(',')}, --fill a multiple of people, only for sqlite`,
  );
}

export async function benchGrowth(size: GrowthSize, say: (line: string) => void) {
  // Processor time of the face engine per check, which the simulation omits.
  const checkProcessorMs = await measureCheckProcessor(size.people < defaultPeople ? 20 : 100);
  const years = [];
  for (const store of size.stores) {
    if (store === 'redis' && !hasRedis) say('  SKIPPED: Redis is not installed');
    else years.push(await simulateYear(store, size, say));
  }
  const date = new Date().toISOString().slice(0, 10);
  return { date, node: process.version, cpu: cpus()[0]?.model ?? 'unknown', checkProcessorMs, years };
}
