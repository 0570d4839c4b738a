import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../../src/core/base/json.js';
import type { State } from '../../../src/core/ports.js';
import { enrolSubject } from '../../../src/enrolment/enrol.js';
import { createTestCore } from '../../../test/core.js';
import { testShare } from '../../../test/share.js';
import { drawPhoto } from '../../../test/simulated-engine.js';
import { notePasses, openQuickState, openRedisState, readRedisBytes, systemClock } from '../filled-state.js';
import { round, type Timing, timeInTurns, toTiming } from '../measure.js';
import { openCluster, provider, type StateSettings } from './replicas.js';

const enrolled = { connection: 'work', subject: 'anna' } as const;

/** @returns the records that the enrolment wrote to the state store, by key */
async function recordEnrolment({ hasPasskey }: { readonly hasPasskey: boolean }): Promise<ReadonlyMap<string, Json>> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-bench-'));
  const { deps, connection } = await createTestCore(join(folder, 'keys.json'));
  const records = new Map<string, Json>();
  const state: State = {
    ...deps.state,
    async write(key, value, options) {
      const isWritten = await deps.state.write(key, value, options);
      if (isWritten) records.set(key, value);
      return isWritten;
    },
    async delete(key) {
      await deps.state.delete(key);
      records.delete(key);
    },
  };
  const text = (bytes: number): string => randomBytes(bytes).toString('base64url');
  const passkey = { id: text(32), publicKey: text(77), counter: 0, transports: ['internal'], backupEligible: true };
  const consent = { statement: 'face check, version 1', givenAt: deps.clock.now() };
  const photos = [drawPhoto(enrolled.subject, 1)];
  const shared = { connection, subject: enrolled.subject, photos, secret: null, consent, share: testShare };
  await enrolSubject({ ...shared, passkey: hasPasskey ? passkey : null }, { ...deps, state });
  await rm(folder, { recursive: true });
  return records;
}

async function fill(state: State, count: number): Promise<void> {
  const plain = await recordEnrolment({ hasPasskey: false });
  const withPasskey = await recordEnrolment({ hasPasskey: true });
  const enrol = async (n: number): Promise<void> => {
    for (const [key, value] of n % 10 === 0 ? withPasskey : plain) {
      const own = key
        .replace(enrolled.connection, provider.connection.id)
        .replace(enrolled.subject, provider.subjects(n)[0]);
      await state.write(own, value, { when: 'any', expiresAt: null, mayBeLost: true });
    }
  };
  const atOnce = 500;
  for (let from = 0; from < count; from += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - from) }, (_, n) => enrol(from + n)));
}

const openStore = async (settings: StateSettings, dataFolder: string): Promise<State> =>
  settings.kind === 'redis' ? openRedisState(settings.url, systemClock) : openQuickState(join(dataFolder, 'state.db'));

async function readSize(settings: StateSettings, dataFolder: string): Promise<number> {
  if (settings.kind === 'redis') return readRedisBytes(settings.url);
  const sizeOf = (name: string): Promise<number> =>
    stat(join(dataFolder, name)).then(
      ({ size }) => size,
      () => 0,
    );
  return (await sizeOf('state.db')) + (await sizeOf('state.db-wal'));
}

export async function measureSubjects(
  stores: readonly { readonly subjects: number; readonly state: StateSettings }[],
  { hooks, verifications }: { readonly hooks: number; readonly verifications: number },
  say: (line: string) => void,
) {
  const sizes: number[] = [];
  const clusters: Awaited<ReturnType<typeof openCluster>>[] = [];
  for (const { subjects, state: settings } of stores) {
    const prepare = async (dataFolder: string): Promise<void> => {
      say(`  ${settings.kind}: ${subjects} users…`);
      const state = await openStore(settings, dataFolder);
      await fill(state, subjects);
      await notePasses(state, { ...provider, subjects: (n) => provider.subjects(n).slice(0, 1) }, hooks + 1);
      await state.close();
      sizes.push(await readSize(settings, dataFolder));
    };
    clusters.push(await openCluster(1, settings, prepare));
  }
  const counts = clusters.map(() => 0);
  const hookTimes = await timeInTurns(
    hooks,
    clusters.map((cluster, at) => () => cluster.callHook(counts[at]++)),
  );
  const verifyTimes = await timeInTurns(
    verifications,
    clusters.map(({ verify }) => verify),
  );
  for (const cluster of clusters) await cluster.close();
  const bySize = stores.map(({ subjects }, at) => ({
    subjects,
    storeMiB: round(sizes[at] / 1024 ** 2, 1),
    bytesPerSubject: subjects === 0 ? null : Math.round((sizes[at] - sizes[0]) / subjects),
    hook: toTiming(hookTimes[at]),
    verify: toTiming(verifyTimes[at]),
  }));
  const [none, most] = [bySize[0], bySize[bySize.length - 1]];
  return {
    bySize,
    flatness: { hook: toRatio(most.hook, none.hook), verify: toRatio(most.verify, none.verify) },
  };
}

const toRatio = (most: Timing, none: Timing) => ({
  ratio: round(most.ms / none.ms),
  interval: [round(most.interval[0] / none.interval[1]), round(most.interval[1] / none.interval[0])] as const,
});
