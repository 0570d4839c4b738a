import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { stateGuard } from '../../../src/config/state.js';
import type { State } from '../../../src/core/ports.js';
import { recordPassedStepUp } from '../../../src/core/step-up/passed-step-up.js';
import { epochMs } from '../../../src/core/units.js';
import { createRedisStore } from '../../../src/state/redis.js';
import { createSqliteState } from '../../../src/state/sqlite.js';
import { createTextLog } from '../../../test/sinks.js';
import { isPassed } from '../hook-providers/provider.js';
import { round, type Timing, timeInTurns, toTiming } from '../measure.js';
import { recordEnrolment, writeRecords } from './enrolment-records.js';
import type { Floors } from './floors.js';
import { connectionId, freshnessSec, openCluster, type StateSettings, subjectOf } from './service.js';

/** What state costs with so many enrolled users. */
export interface SubjectsReport {
  readonly subjects: number;
  /** Of the store: memory of Redis, the file of SQLite. */
  readonly storeMiB: number;
  readonly bytesPerSubject: number | null;
  readonly hook: Timing;
  readonly verify: Timing;
}

/** One kind of store with few and many users, timed in turns. */
export interface StoreReport {
  readonly bySize: readonly SubjectsReport[];
  /** The most users against none: the medians, and what their intervals allow. */
  readonly flatness: Readonly<
    Record<'hook' | 'verify', { readonly ratio: number; readonly interval: readonly [number, number] }>
  >;
  /** A server that answers at once, in the same turns. */
  readonly floor: Timing;
}

const clock = { now: () => epochMs(Date.now()) };

/** Every tenth user has a passkey. */
const passkeyEvery = 10;

/** Writes what enrolments leave in the state, without the faces. */
async function fill(state: State, count: number): Promise<void> {
  const plain = await recordEnrolment({ hasPasskey: false });
  const withPasskey = await recordEnrolment({ hasPasskey: true });
  const atOnce = 500;
  for (let from = 0; from < count; from += atOnce) {
    const subjects = Array.from({ length: Math.min(atOnce, count - from) }, (_, n) => from + n);
    await Promise.all(
      subjects.map((n) => {
        const who = { connection: connectionId, subject: subjectOf(n) };
        return writeRecords(n % passkeyEvery === 0 ? withPasskey : plain, who, state);
      }),
    );
  }
}

/** Notes a passed step-up of about every second of the users who will sign in. */
async function passStepUps(state: State, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    if (!isPassed(n)) continue;
    const result = {
      ...{ stepUpId: `step-up-${n}`, passedAt: clock.now(), liveness: null, presence: 'movement-1' },
      ...{ anotherWay: false, signIn: { application: null, address: null } },
    };
    await recordPassedStepUp({ connection: connectionId, subject: subjectOf(n) }, result, { freshnessSec }, { state });
  }
}

/** The store itself, before its server starts. Tens of thousands of writes a second: the disk is not waited for. */
async function openStore(settings: StateSettings, dataFolder: string): Promise<State> {
  const held = { storeEpoch: async () => clock.now() };
  if (settings.kind === 'redis') {
    const config = stateGuard.parse(settings);
    if (config.kind !== 'redis') throw new Error('not Redis');
    return { ...(await createRedisStore(config, { clock, random: randomBytes, log: createTextLog() })), ...held };
  }
  const state = createSqliteState({ file: join(dataFolder, 'state.db'), clock });
  return { ...state, write: (key, value, options) => state.write(key, value, { ...options, mayBeLost: true }) };
}

async function sizeOf(settings: StateSettings, dataFolder: string): Promise<number> {
  if (settings.kind === 'sqlite') {
    const sizeOfFile = (name: string): Promise<number> =>
      stat(join(dataFolder, name)).then(
        ({ size }) => size,
        () => 0,
      );
    return (await sizeOfFile('state.db')) + (await sizeOfFile('state.db-wal'));
  }
  const redis = new Redis(settings.url);
  const info = await redis.info('memory');
  redis.disconnect();
  return Number(/used_memory:(\d+)/.exec(info)?.[1] ?? 0);
}

/**
 * Measures hooks and verifications of servers whose stores hold fewer and more users, in turns, so that a machine that
 * changes its speed changes all alike.
 * @param stores - one empty store for each size
 */
export async function measureSubjects(
  stores: readonly { readonly subjects: number; readonly state: StateSettings }[],
  { hooks, verifications }: { readonly hooks: number; readonly verifications: number },
  { floors, say }: { readonly floors: Floors; readonly say: (line: string) => void },
): Promise<StoreReport> {
  const sizes: number[] = [];
  const clusters = [];
  for (const { subjects, state: settings } of stores) {
    const cluster = await openCluster({
      replicas: 1,
      state: settings,
      async prepare(dataFolder) {
        say(`  ${settings.kind}: ${subjects} users…`);
        const state = await openStore(settings, dataFolder);
        await fill(state, subjects);
        await passStepUps(state, hooks + 1);
        await state.close();
        sizes.push(await sizeOf(settings, dataFolder));
      },
    });
    clusters.push(cluster);
  }
  const counts = clusters.map(() => 0);
  const hookTimes = await timeInTurns(hooks, [
    ...clusters.map((cluster, at) => () => cluster.callHook(counts[at]++)),
    () => floors.callServer(),
  ]);
  const verifyTimes = await timeInTurns(
    verifications,
    clusters.map((cluster) => () => cluster.verify()),
  );
  for (const cluster of clusters) await cluster.close();
  const emptyBytes = sizes[0] ?? 0;
  const bySize = stores.map(({ subjects }, at): SubjectsReport => {
    const bytes = sizes[at] ?? 0;
    return {
      subjects,
      storeMiB: round(bytes / 1024 ** 2, 1),
      bytesPerSubject: subjects === 0 ? null : Math.round((bytes - emptyBytes) / subjects),
      hook: toTiming(hookTimes[at] ?? []),
      verify: toTiming(verifyTimes[at] ?? []),
    };
  });
  const [none, most] = [bySize[0], bySize.at(-1)];
  if (none === undefined || most === undefined) throw new Error('no store');
  return {
    bySize,
    flatness: { hook: toRatio(most.hook, none.hook), verify: toRatio(most.verify, none.verify) },
    floor: toTiming(hookTimes.at(-1) ?? []),
  };
}

const toRatio = (most: Timing, none: Timing) => ({
  ratio: round(most.ms / none.ms),
  interval: [round(most.interval[0] / none.interval[1]), round(most.interval[1] / none.interval[0])] as const,
});
