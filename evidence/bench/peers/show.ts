import type { Rate } from './accuracy.js';
import { libraryNames } from './library.js';
import type { PeersReport } from './peers.js';

const percent = ({ rate, interval: [low, high] }: Rate): string =>
  `${(rate * 100).toFixed(2)} % (${(low * 100).toFixed(2)} to ${(high * 100).toFixed(2)})`;

/** The report for people. */
export function showPeers(report: PeersReport): string[] {
  const { machine, node, date, runs, photos, peers, ratio, ratioRecommended } = report;
  return [
    `One pair of 250×250 JPEG files, from bytes to a decision. ${machine.cpu}, ${machine.cores} cores, Node ${node}, ${date}`,
    ...libraryNames.flatMap((name) => {
      const {
        version,
        backend,
        settings,
        startUpMs,
        pairMs,
        hundredPairsMs,
        hundredPairsProcessorMs,
        rssMiB,
        accuracy,
      } = peers[name];
      return [
        `${name} ${version}: ${settings}; ${backend}`,
        `  one pair ${pairMs.p50} ms (p95 ${pairMs.p95})   100 pairs ${hundredPairsMs} ms (${hundredPairsProcessorMs} ms of processor)   ready after ${startUpMs} ms   memory ${rssMiB} MiB`,
        ...(accuracy === null
          ? []
          : [
              `  no face found ${percent(accuracy.fta)}   EER ${percent(accuracy.eer)}`,
              `  FNMR at FMR 1e-2 ${percent(accuracy.fnmr['1e-2'])}   at 1e-3 ${percent(accuracy.fnmr['1e-3'])}`,
              `  at ${accuracy.atDefault.threshold}: FMR ${percent(accuracy.atDefault.fmr)}   FNMR ${percent(accuracy.atDefault.fnmr)}`,
            ]),
      ];
    }),
    `facestep's pool: 100 pairs ${peers.facestep.hundredPairsPoolMs} ms; with a token: enrol ${peers.facestep.token.enrolMs.p50} ms, verify ${peers.facestep.token.verifyMs.p50} ms`,
    `Photos: ${photos}; ${runs.verifications} verifications, ${runs.people} people at most; intervals at 95 %`,
    `The fastest peer takes ${ratio} times as long as facestep; as their documentation recommends them, ${ratioRecommended} times.`,
  ];
}
