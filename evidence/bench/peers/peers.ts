import { availableParallelism, cpus } from 'node:os';
import { createChance } from '../../statistics/chance.js';
import { quantile, round } from '../measure.js';
import { measureAccuracy, type Rate } from './accuracy.js';
import { measureFacestepFurther, toSpread } from './facestep.js';
import { type LibraryName, libraryNames } from './library.js';
import { type LibraryHandle, type PhotoPair, startLibrary } from './library-handle.js';
import { installPeers } from './peer-libraries.js';
import { readEvaluationPhotos, readTimedPair } from './photos.js';

interface PeerRuns {
  readonly starts: number;
  readonly verifications: number;
  readonly pairs: number;
  readonly people: number;
}

export const fullRuns: PeerRuns = { starts: 3, verifications: 100, pairs: 100, people: 400 };
export const quickRuns: PeerRuns = { starts: 1, verifications: 4, pairs: 4, people: 12 };

type Say = (line: string) => void;
type PhotoSet = ReturnType<typeof readEvaluationPhotos>;
/** JSON output of the benchmark, with stable property names. */
type PeersReport = Awaited<ReturnType<typeof benchPeers>>;

const turns = 4;

const batch = 40;

async function startTimed(name: LibraryName, photo: Uint8Array, starts: number) {
  let handle = await startLibrary(name, photo);
  const times = [handle.startUpMs];
  while (times.length < starts) {
    await handle.stop();
    handle = await startLibrary(name, photo);
    times.push(handle.startUpMs);
  }
  const verifyTimes: number[] = [];
  return { handle, startUpMs: quantile(times), verifyTimes };
}

async function embedAll(handle: LibraryHandle, photos: readonly Uint8Array[], say: Say): Promise<boolean[]> {
  const acquired: boolean[] = [];
  for (let at = 0; at < photos.length; at += batch) {
    acquired.push(...(await handle.embed(photos.slice(at, at + batch))));
    say(`${handle.name}: ${acquired.length} of ${photos.length} photos embedded`);
  }
  return acquired;
}

async function judge(handle: LibraryHandle, set: PhotoSet, acquired: boolean[]) {
  if (set === null) return null;
  const genuine = await handle.compare(set.genuine);
  const impostor = await handle.compare(set.impostor);
  const chance = createChance('bench peers, resamples');
  return measureAccuracy(
    { genuine, impostor, impostorPairs: set.impostor, acquired },
    handle.settings.threshold,
    chance,
  );
}

/** Chooses pairs in which every library finds both faces, because photos without a face are processed faster. */
function choosePairs(set: PhotoSet, acquired: readonly boolean[][], timed: PhotoPair, count: number): PhotoPair[] {
  const usable =
    set === null
      ? [timed]
      : set.genuine
          .filter((pair) => pair.every((photo) => acquired.every((found) => found[photo])))
          .map(([a, b]): PhotoPair => [set.photos[a], set.photos[b]]);
  if (usable.length === 0) throw new Error('there is no pair of photos in which every library finds a face');
  return Array.from({ length: count }, (_, at) => usable[at % usable.length]);
}

async function finish(
  { handle, startUpMs, verifyTimes }: Awaited<ReturnType<typeof startTimed>>,
  { pairs, rssMiB, set, acquired }: { pairs: readonly PhotoPair[]; rssMiB: number; set: PhotoSet; acquired: boolean[] },
) {
  const { times, processorMs } = await handle.verify(pairs);
  const passedMs = times.reduce((sum, time) => sum + time, 0);
  const report = {
    ...handle.settings,
    /** Median time from the start of the process to the end of the first photo. */
    startUpMs: Math.round(startUpMs),
    pairMs: toSpread(verifyTimes),
    /** Time of a hundred pairs, extrapolated if fewer were measured. */
    hundredPairsMs: Math.round((passedMs * 100) / pairs.length),
    /** Processor time of the hundred pairs. It hardly depends on other programs on the machine. */
    hundredPairsProcessorMs: Math.round((processorMs * 100) / pairs.length),
    rssMiB: round(rssMiB, 1),
    accuracy: await judge(handle, set, acquired),
  };
  await handle.stop();
  return report;
}

export async function benchPeers(runs: PeerRuns, say: Say) {
  await installPeers(say);
  const timed = await readTimedPair();
  const set = readEvaluationPhotos(runs.people);
  if (set === null) say('THERE ARE NO EVALUATION FACES: ACCURACY IS NOT MEASURED (set FACESTEP_FACES)');
  const start = (name: LibraryName) => {
    say(`${name}: starting`);
    return startTimed(name, timed[0], runs.starts);
  };
  const contenders = [];
  for (const name of libraryNames) contenders.push(await start(name));
  for (let turn = 1; turn <= turns; turn += 1)
    for (const { handle, verifyTimes } of contenders) {
      say(`${handle.name}: verifying one pair, turn ${turn} of ${turns}`);
      await handle.verify([timed]);
      const { times } = await handle.verify(Array.from({ length: Math.ceil(runs.verifications / turns) }, () => timed));
      verifyTimes.push(...times);
    }
  const rss = contenders.map(({ handle }) => handle.readRssMiB());
  const acquired = await Promise.all(contenders.map(({ handle }) => embedAll(handle, set?.photos ?? [], say)));
  const pairs = choosePairs(set, acquired, timed, runs.pairs);
  const reports: Awaited<ReturnType<typeof finish>>[] = [];
  for (const [at, contender] of contenders.entries()) {
    say(`${contender.handle.name}: ${pairs.length} pairs`);
    reports.push(await finish(contender, { pairs, rssMiB: rss[at], set, acquired: acquired[at] }));
  }
  say('facestep: the pool, and a token');
  const [facestep, faceApi, faceApiFast, human, humanFast] = reports;
  const further = await measureFacestepFurther(timed, pairs, runs.verifications);
  const toRatio = (...peers: (typeof reports)[number][]): number =>
    round(Math.min(...peers.map(({ pairMs }) => pairMs.p50)) / facestep.pairMs.p50);
  return {
    date: new Date().toISOString(),
    node: process.version,
    machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism() },
    runs,
    photos:
      set === null
        ? 'the timed pair; accuracy was not measured, for want of evaluation faces'
        : 'evaluation faces, judging half',
    peers: { facestep: { ...facestep, ...further }, faceApi, faceApiFast, human, humanFast },
    /** Median time per pair of the fastest other library, divided by facestep's. */
    ratio: toRatio(faceApi, faceApiFast, human, humanFast),
    /** `ratio` if only the recommended setup of each library is compared. */
    ratioRecommended: toRatio(faceApi, human),
  };
}

const percent = ({ rate, interval: [low, high] }: Rate): string =>
  `${(rate * 100).toFixed(2)} % (${(low * 100).toFixed(2)} to ${(high * 100).toFixed(2)})`;

export function showPeers(report: PeersReport): string[] {
  const { machine, node, date, runs, photos, peers, ratio, ratioRecommended } = report;
  const { hundredPairsPoolMs, token } = peers.facestep;
  return [
    `One pair of 250×250 JPEG files, from bytes to a decision. ${machine.cpu}, ${machine.cores} cores, Node ${node}, ${date}`,
    ...libraryNames.flatMap((name) => {
      const { accuracy, ...peer } = peers[name];
      return [
        `${name} ${peer.version}: ${peer.settings}; ${peer.backend}`,
        `  one pair ${peer.pairMs.p50} ms (p95 ${peer.pairMs.p95})   100 pairs ${peer.hundredPairsMs} ms (${peer.hundredPairsProcessorMs} ms of processor)   ready after ${peer.startUpMs} ms   memory ${peer.rssMiB} MiB`,
        ...(accuracy === null
          ? []
          : [
              `  no face found ${percent(accuracy.fta)}   EER ${percent(accuracy.eer)}`,
              `  FNMR at FMR 1e-2 ${percent(accuracy.fnmr['1e-2'])}   at 1e-3 ${percent(accuracy.fnmr['1e-3'])}`,
              `  at ${accuracy.atDefault.threshold}: FMR ${percent(accuracy.atDefault.fmr)}   FNMR ${percent(accuracy.atDefault.fnmr)}`,
            ]),
      ];
    }),
    `facestep's pool: 100 pairs ${hundredPairsPoolMs} ms; with a token: enrol ${token.enrolMs.p50} ms, verify ${token.verifyMs.p50} ms`,
    `Photos: ${photos}; ${runs.verifications} verifications, ${runs.people} people at most; intervals at 95 %`,
    `The fastest peer takes ${ratio} times as long as facestep; as their documentation recommends them, ${ratioRecommended} times.`,
  ];
}
