import { availableParallelism } from 'node:os';
import { type Cast, gather } from '../../test/browser/cast.js';
import { stepUpBySocket } from '../../test/browser/page-client.js';
import { weighPage } from '../../test/browser/page-weight.js';
import { makePoses } from '../../test/browser/people.js';
import { devices } from '../../test/browser/screens.js';
import { type Person, receive } from '../../test/browser/visitor.js';
import { goAlong, press, screenOf, see } from '../../test/browser/walk.js';
import { quantile, round } from './measure.js';
import { benchStepUpJudge } from './step-up-judge.js';

/** Time before a simulated person acts, and duration of a head movement. */
const person = { reactionMs: 500, turnMs: 800 } as const;

const picturesOfTurn = 8;

const toTimes = (values: readonly number[]) => ({
  p50: round(quantile(values), 1),
  p95: round(quantile(values, 0.95), 1),
});

async function timeInBrowser(cast: Cast, subject: string) {
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

/** @returns seconds from opening the page to the result of the check; `null` if the rendered pictures were refused */
async function timeToResult(cast: Cast, link: string, visitor: Person): Promise<number | null> {
  const { page, close } = await receive(cast.browser, { ...devices.phone, person: visitor });
  try {
    const opened = performance.now();
    await page.goto(link);
    await page.locator('main:is([data-screen="permission"]:has(.button), [data-screen="framing"])').waitFor();
    if ((await screenOf(page)) === 'permission') {
      await page.waitForTimeout(person.reactionMs);
      await press(page, 'Continue');
    }
    await page.locator('main:is([data-screen="passed"], [data-screen="try-again"])').waitFor({ timeout: 60_000 });
    const took = (performance.now() - opened) / 1000;
    return (await screenOf(page)) === 'passed' ? took : null;
  } finally {
    await close();
  }
}

/** Measures seconds to the result, of people who follow the guidance and pass at the first try. */
async function timeReturning(cast: Cast, connection: string, tries: number) {
  const subject = await cast.enrolAda(connection, 'consent-1 (en)');
  const poses = await makePoses(cast.heads.ada, 'ada', picturesOfTurn);
  const visitor: Person = { poses, plan: 'follow', lighting: cast.lightings.ada, ...person };
  const took: number[] = [];
  for (let run = 0; run < tries; run += 1) {
    const { link } = await cast.stage.startStepUp({ connection, subject });
    const seconds = await timeToResult(cast, link, visitor);
    if (seconds !== null) took.push(seconds);
  }
  if (took.length === 0) throw new Error(`nobody who came back passed at the first try by ${connection}`);
  return { ...toTimes(took), passed: { hits: took.length, trials: tries } };
}

/** @returns the JSON output of the benchmark, with stable property names */
export async function benchStepUp({ runs, people }: { runs: number; people: number }) {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const cast = await gather({ bench: { organisation: 'Example Ltd' }, lit: { liveness: 'challenge' } });
  try {
    const pageWeight = await weighPage(cast.browser, cast.stage.url);
    const subject = await cast.enrolAda('bench');
    const atSocket: number[] = [];
    for (let run = -1; run < runs; run += 1) {
      const { link } = await cast.stage.startStepUp({ connection: 'bench', subject });
      const { outcome, resultMs } = await stepUpBySocket(link, (movement) => cast.takePicture('ada', movement));
      if (outcome !== 'passed') throw new Error(`a genuine step-up ended with ${outcome}`);
      if (run >= 0) atSocket.push(resultMs);
    }
    const inBrowser: Awaited<ReturnType<typeof timeInBrowser>>[] = [];
    for (let run = 0; run < Math.max(1, runs / 4); run += 1) inBrowser.push(await timeInBrowser(cast, subject));
    const tries = Math.max(2, runs / 4);
    const openToResultSec = await timeReturning(cast, 'lit', tries);
    const openToResultByMovementSec = await timeReturning(cast, 'bench', tries);
    await cast.close();
    const { resultMs: floorMs, ...judged } = await benchStepUpJudge(people, say);
    return {
      node: process.version,
      cores: availableParallelism(),
      runs,
      // Bytes loaded before the first screen. Models and WebAssembly are loaded later.
      pageWeight,
      openToCameraMs: toTimes(inBrowser.map(({ cameraMs }) => cameraMs)),
      openToResultSec,
      openToResultByMovementSec,
      person,
      stepUp: {
        // Time from the last of five frames to the result, measured at the socket.
        resultMs: toTimes(atSocket),
        resultInBrowserMs: toTimes(inBrowser.map((times) => times.resultMs)),
        passedInBrowser: { hits: inBrowser.filter(({ hasPassed }) => hasPassed).length, trials: inBrowser.length },
        // Time without HTTP, state store and audit log.
        floorMs,
        ...judged,
      },
    };
  } catch (error) {
    await cast.close();
    throw error;
  }
}
