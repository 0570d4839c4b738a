import { availableParallelism, cpus } from 'node:os';
import { createChance } from '../../statistics/chance.js';
import { quantile, round } from '../measure.js';
import { type AccuracyReport, measureAccuracy } from './accuracy.js';
import { type FurtherReport, measureFacestepFurther } from './further.js';
import { installPeers } from './installed.js';
import { type LibraryName, libraryNames } from './library.js';
import { type LibraryHandle, startLibrary } from './library-handle.js';
import type { PhotoPair, Settings } from './messages.js';
import { type PhotoSet, readPhotoSet, readTimedPair } from './photos.js';

/** How much is measured. */
export interface PeerRuns {
  /** Starts of each library. */
  readonly starts: number;
  /** Verifications of one pair that are timed one by one. */
  readonly verifications: number;
  /** Pairs, each of other photos, that are timed together. */
  readonly pairs: number;
  /** People the accuracy is measured on. */
  readonly people: number;
}

export const fullRuns: PeerRuns = { starts: 3, verifications: 100, pairs: 100, people: 400 };
export const quickRuns: PeerRuns = { starts: 1, verifications: 4, pairs: 4, people: 12 };

/** What was measured of one library. */
interface LibraryReport extends Settings {
  /** From starting the process to the end of the first photo; median. */
  readonly startUpMs: number;
  /** From the bytes of two JPEG files to a decision. */
  readonly pairMs: { readonly p50: number; readonly p95: number };
  /** A hundred pairs one after the other. Where fewer were run, as many times more. */
  readonly hundredPairsMs: number;
  /** The processor time in them: hardly changed by what else the machine does. */
  readonly hundredPairsProcessorMs: number;
  /** Of the process, after the verifications. */
  readonly rssMiB: number;
  /** `null` where there are no evaluation faces. */
  readonly accuracy: AccuracyReport | null;
}

/** What `npm run bench -- peers` prints. Keys are stable. */
export interface PeersReport {
  readonly date: string;
  readonly node: string;
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly runs: PeerRuns;
  readonly photos: string;
  readonly peers: Readonly<Record<LibraryName, LibraryReport>> & { readonly facestep: FurtherReport };
  /** The median pair of the fastest peer, in whichever settings, against facestep's: more is better for facestep. */
  readonly ratio: number;
  /** The same where each peer is set up as its documentation recommends. */
  readonly ratioRecommended: number;
}

type Say = (line: string) => void;

/** Turns this many times, so that a machine that changes its speed changes it for all. */
const turns = 4;

/** Photos sent to a process at once. */
const batch = 40;

/** Starts a library as often as asked for, and keeps the last. */
async function startTimed(name: LibraryName, photo: Uint8Array, starts: number) {
  const first = await startLibrary(name, photo);
  const times = [first.startUpMs];
  let handle = first;
  while (times.length < starts) {
    await handle.stop();
    handle = await startLibrary(name, photo);
    times.push(handle.startUpMs);
  }
  return { handle, startUpMs: quantile(times) };
}

/** Lets a library see every photo once. */
async function embedAll(handle: LibraryHandle, { photos }: PhotoSet, say: Say): Promise<boolean[]> {
  const acquired: boolean[] = [];
  for (let at = 0; at < photos.length; at += batch) {
    acquired.push(...(await handle.embed(photos.slice(at, at + batch))));
    say(`${handle.name}: ${acquired.length} of ${photos.length} photos embedded`);
  }
  return acquired;
}

async function judge(handle: LibraryHandle, set: PhotoSet, acquired: boolean[]): Promise<AccuracyReport | null> {
  if (set.genuine.length === 0) return null;
  return measureAccuracy(
    {
      genuine: await handle.compare(set.genuine),
      impostor: await handle.compare(set.impostor),
      impostorPairs: set.impostor,
      acquired,
    },
    handle.settings.threshold,
    createChance('bench peers, resamples'),
  );
}

/** A library that runs, and what was measured of it so far. */
interface Contender {
  readonly handle: LibraryHandle;
  readonly startUpMs: number;
  readonly verifyTimes: number[];
}

/** Verifies one pair over and over, the libraries in turns. */
async function timeVerifications(contenders: readonly Contender[], photos: PhotoPair, runs: number, say: Say) {
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const { handle, verifyTimes } of contenders) {
      say(`${handle.name}: verifying one pair, turn ${turn} of ${turns}`);
      await handle.verify(photos, 1);
      verifyTimes.push(...(await handle.verify(photos, Math.ceil(runs / turns))));
    }
  }
}

/** Pairs of photos that every library finds a face in: a photo without one is quicker done with. */
function choosePairs(set: PhotoSet, acquired: readonly (readonly boolean[])[], count: number): PhotoPair[] {
  const candidates = set.genuine.length > 0 ? set.genuine : set.impostor;
  const usable = candidates.filter((pair) => pair.every((photo) => acquired.every((found) => found[photo])));
  if (usable.length === 0) throw new Error('there is no pair of photos in which every library finds a face');
  return Array.from({ length: count }, (_, at) => {
    const [a, b] = usable[at % usable.length];
    return [set.photos[a], set.photos[b]];
  });
}

/**
 * Measures facestep beside what else can be picked, all in one run, each in a process of its own and on the same photos.
 * Installs the peers where they are not yet.
 */
export async function benchPeers(runs: PeerRuns, say: Say): Promise<PeersReport> {
  await installPeers(say);
  const timed = await readTimedPair();
  const set = await readPhotoSet(runs.people);
  if (set.genuine.length === 0) say('THERE ARE NO EVALUATION FACES: ACCURACY IS NOT MEASURED (set FACESTEP_FACES)');

  const contenders: Contender[] = [];
  for (const name of libraryNames) {
    say(`${name}: starting`);
    contenders.push({ ...(await startTimed(name, timed[0], runs.starts)), verifyTimes: [] });
  }
  await timeVerifications(contenders, timed, runs.verifications, say);
  const rss = contenders.map(({ handle }) => handle.readRssMiB());

  // Nothing is timed here, so all may work at once.
  const acquired = await Promise.all(contenders.map(({ handle }) => embedAll(handle, set, say)));
  const pairs = choosePairs(set, acquired, runs.pairs);

  const reports = new Map<LibraryName, LibraryReport>();
  for (const [at, { handle, startUpMs, verifyTimes }] of contenders.entries()) {
    say(`${handle.name}: ${pairs.length} pairs`);
    const { passedMs, processorMs } = await handle.verifyAll(pairs);
    reports.set(handle.name, {
      ...handle.settings,
      startUpMs: Math.round(startUpMs),
      pairMs: { p50: round(quantile(verifyTimes)), p95: round(quantile(verifyTimes, 0.95)) },
      hundredPairsMs: Math.round((passedMs * 100) / pairs.length),
      hundredPairsProcessorMs: Math.round((processorMs * 100) / pairs.length),
      rssMiB: round(rss[at], 1),
      accuracy: await judge(handle, set, acquired[at]),
    });
    await handle.stop();
  }
  say('facestep: the pool, and a token');
  const further = await measureFacestepFurther(timed, pairs, runs.verifications);

  const of = (name: LibraryName): LibraryReport => {
    const report = reports.get(name);
    if (report === undefined) throw new Error(`${name} was not measured`);
    return report;
  };
  const toRatio = (...names: LibraryName[]): number =>
    round(Math.min(...names.map((name) => of(name).pairMs.p50)) / of('facestep').pairMs.p50);
  return {
    date: new Date().toISOString(),
    node: process.version,
    machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism() },
    runs,
    photos: set.source,
    peers: {
      facestep: { ...of('facestep'), ...further },
      faceApi: of('faceApi'),
      faceApiFast: of('faceApiFast'),
      human: of('human'),
      humanFast: of('humanFast'),
    },
    ratio: toRatio('faceApi', 'faceApiFast', 'human', 'humanFast'),
    ratioRecommended: toRatio('faceApi', 'human'),
  };
}
