import { availableParallelism } from 'node:os';
import { type Cast, gather } from '../../test/browser/cast.js';
import { stepUpBySocket } from '../../test/browser/page-client.js';
import { type PageWeight, weighPage } from '../../test/browser/page-weight.js';
import { devices } from '../../test/browser/screens.js';
import { goAlong, see } from '../../test/browser/walk.js';
import { openCameraFloor } from './camera-floor.js';
import { quantile, round } from './measure.js';
import { bringBack, person, timeToResult } from './open-to-result.js';
import { benchStepUpJudge, type StepUpJudgeReport } from './step-up-judge.js';

interface Times {
  readonly p50: number;
  readonly p95: number;
}

/** Times to the result in seconds, for people who passed at the first try. */
type ToResult = Times & { readonly passed: { readonly hits: number; readonly trials: number } };

/** JSON output of the benchmark, with stable property names. */
export interface StepUpReport {
  readonly node: string;
  readonly cores: number;
  readonly runs: number;
  /** Bytes loaded before the first screen. Models and WebAssembly are loaded later. */
  readonly pageWeight: PageWeight;
  readonly openToCameraMs: Times;
  /** Time of a page that has only a camera button. */
  readonly openToCameraFloorMs: Times;
  /** Time from opening the page to the result, for a user who follows the guidance, with screen light. */
  readonly openToResultSec: ToResult;
  readonly openToResultByMovementSec: ToResult;
  readonly person: typeof person;
  readonly stepUp: {
    /** Time from the last of five frames to the result, measured at the socket. */
    readonly resultMs: Times;
    /** Time to the result, measured in Chromium on the server's machine. */
    readonly resultInBrowserMs: Times;
    readonly engineRunsPerFrame: number;
    readonly passedInBrowser: { readonly hits: number; readonly trials: number };
    /** Time without HTTP, state store and audit log. */
    readonly floorMs: StepUpJudgeReport['resultMs'];
    readonly frames: StepUpJudgeReport['frames'];
    readonly people: StepUpJudgeReport['people'];
    readonly bpcer: StepUpJudgeReport['bpcer'];
    readonly apcer: StepUpJudgeReport['apcer'];
  };
}

const toTimes = (values: readonly number[]): Times => ({
  p50: round(quantile(values), 1),
  p95: round(quantile(values, 0.95), 1),
});

interface InBrowser {
  readonly cameraMs: number;
  readonly resultMs: number;
  readonly hasPassed: boolean;
}

async function timeInBrowser(cast: Cast, subject: string): Promise<InBrowser> {
  const { link } = await cast.stage.startStepUp({ connection: 'bench', subject });
  const { page, close } = await cast.sit('ada', { ...devices.phone, isGuided: false });
  const opened = performance.now();
  await page.goto(link);
  await page.getByRole('button', { name: 'Agree and continue' }).click();
  await see(page, 'framing');
  const cameraMs = performance.now() - opened;
  const times = page
    .waitForResponse((response) => response.url().endsWith('/face/frames'))
    .then(async (response) => {
      await response.finished();
      return response.request().timing().responseEnd;
    });
  const hasPassed = (await goAlong(page)) === 'passed';
  const resultMs = await times;
  await close();
  return { cameraMs, resultMs, hasPassed };
}

async function timeReturning(cast: Cast, connection: string, tries: number): Promise<ToResult> {
  const returning = await bringBack(cast, connection);
  const took: number[] = [];
  for (let run = 0; run < tries; run += 1) {
    const seconds = await timeToResult(returning);
    if (seconds !== null) took.push(seconds);
  }
  if (took.length === 0) throw new Error(`nobody who came back passed at the first try by ${connection}`);
  return { ...toTimes(took), passed: { hits: took.length, trials: tries } };
}

export async function benchStepUp({ runs, people }: { runs: number; people: number }): Promise<StepUpReport> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const cast = await gather({ bench: { organisation: 'Example Ltd' }, lit: { liveness: 'challenge' } });
  try {
    const pageWeight = await weighPage(cast.browser, cast.stage.url);
    const subject = await cast.enrolAda('bench');
    const atSocket: number[] = [];
    const examinedBefore = await cast.stage.countExaminations();
    let framesTaken = 0;
    for (let run = -1; run < runs; run += 1) {
      const { link } = await cast.stage.startStepUp({ connection: 'bench', subject });
      const { outcome, resultMs } = await stepUpBySocket(link, (movement) => {
        framesTaken += 1;
        return cast.takePicture('ada', movement);
      });
      if (outcome !== 'passed') throw new Error(`a genuine step-up ended with ${outcome}`);
      if (run >= 0) atSocket.push(resultMs);
    }
    const examined = (await cast.stage.countExaminations()) - examinedBefore;
    const inBrowser: InBrowser[] = [];
    const floor = await openCameraFloor(cast);
    const bareMs: number[] = [];
    for (let run = 0; run < Math.max(1, runs / 4); run += 1) {
      bareMs.push(await floor.time());
      inBrowser.push(await timeInBrowser(cast, subject));
    }
    await floor.close();
    const tries = Math.max(2, runs / 4);
    const openToResultSec = await timeReturning(cast, 'lit', tries);
    const openToResultByMovementSec = await timeReturning(cast, 'bench', tries);
    await cast.close();
    const { resultMs, frames, people: judged, bpcer, apcer } = await benchStepUpJudge(people, say);
    return {
      node: process.version,
      cores: availableParallelism(),
      runs,
      pageWeight,
      openToCameraMs: toTimes(inBrowser.map(({ cameraMs }) => cameraMs)),
      openToCameraFloorMs: toTimes(bareMs),
      openToResultSec,
      openToResultByMovementSec,
      person,
      stepUp: {
        resultMs: toTimes(atSocket),
        resultInBrowserMs: toTimes(inBrowser.map((times) => times.resultMs)),
        engineRunsPerFrame: round(examined / framesTaken, 2),
        passedInBrowser: { hits: inBrowser.filter(({ hasPassed }) => hasPassed).length, trials: inBrowser.length },
        floorMs: resultMs,
        frames,
        people: judged,
        bpcer,
        apcer,
      },
    };
  } catch (error) {
    await cast.close();
    throw error;
  }
}

export function showStepUp(report: StepUpReport): readonly string[] {
  const toText = ({ p50, p95 }: Times): string => `${p50} ms median, ${p95} ms p95`;
  const { cores, pageWeight, openToCameraMs, openToCameraFloorMs, stepUp } = report;
  const { openToResultSec: lit, openToResultByMovementSec: unlit } = report;
  const { resultMs, resultInBrowserMs, floorMs, bpcer, apcer } = stepUp;
  return [
    `Page before the models: ${Math.round(pageWeight.gzipBytes / 1024)} KiB by gzip in ${pageWeight.requests} requests; its tasks kept people waiting for ${round(pageWeight.blockedMs, 0)} ms`,
    `From opening to the camera: ${toText(openToCameraMs)}; of a page that is a button alone ${toText(openToCameraFloorMs)}`,
    `From opening to the result, who comes back and reads in ${person.reactionMs} ms and turns in ${person.turnMs} ms: under the screen's light ${lit.p50} s median, ${lit.p95} s p95; by movements alone ${unlit.p50} s, ${unlit.p95} s`,
    `From the last frame to the result, ${cores} cores: ${toText(resultMs)} (in the browser ${toText(resultInBrowserMs)})`,
    `  of it the judge ${floorMs.judge} ms, the verifier ${floorMs.verify} ms more; the judge under light ${floorMs.judgeLit} ms`,
    `Examinations of the engine for each frame: ${stepUp.engineRunsPerFrame}`,
    `Synthetic people who were refused: ${JSON.stringify(bpcer)}`,
    ...Object.entries(apcer.byAttack).map(
      ([attack, rate]) => `Synthetic ${attack} that passed: ${JSON.stringify(rate)}`,
    ),
  ];
}
