import { availableParallelism } from 'node:os';
import type { Movement } from '../../src/core/movements.js';
import type { LivenessJudge } from '../../src/core/ports.js';
import type { Engine } from '../../src/face/engine/engine.js';
import { createMovementJudge } from '../../src/face/liveness/judge.js';
import { type Cast, gather } from '../../support/browser/cast.js';
import { stepUpBySocket } from '../../support/browser/page-client.js';
import { makePoses } from '../../support/browser/people.js';
import { devices } from '../../support/browser/screens.js';
import { type Person, receive, type Visitor } from '../../support/browser/visitor.js';
import { press, screenOf } from '../../support/browser/walk.js';
import { toPhoto } from '../../support/data/pictures.js';
import { testShare } from '../../support/data/share.js';
import { makeGenuineFrames, readDemoHeads, type Scene } from '../../support/face-video/index.js';
import { createTestSight, createTestVerifier } from '../../support/fakes/embedded.js';
import { withEngine } from '../eval/presentation-attacks/heads.js';
import { quantile, round } from './measure.js';

const movements: Scene['movements'] = ['centre', 'left', 'up'];

const movementOfLook = (at: number): Movement => movements[at < 3 ? 0 : (at % 2) + 1];

async function prepareCheck(engine: Engine, judge: LivenessJudge, scene: Scene) {
  const verifier = createTestVerifier(engine);
  const sight = createTestSight(engine);
  const frames = await makeGenuineFrames(scene);
  const drawn = Array.from({ length: 15 }, (_, at) => movementOfLook(at));
  const looks = await makeGenuineFrames({ ...scene, movements: drawn, seed: 'looks' });
  const binding = { tenant: 'bench', idp: 'api', subject: '', scope: 'bench', accuracy: 4 } as const;
  const shared = { binding, secret: null, share: testShare };
  const { token } = await verifier.enrol({ photos: frames.map(toPhoto), expiresAt: null, ...shared });
  /** @returns milliseconds of the liveness judge */
  return async (): Promise<number> => {
    const { photos, release } = sight.hold(frames.map(toPhoto), 'frame', testShare);
    const from = performance.now();
    const judged = photos.map((photo, at) => ({ photo, movement: scene.movements[at], light: null }));
    const ahead = sight.hold(looks.slice(0, 3).map(toPhoto), 'ahead', testShare);
    const others = sight.hold(looks.slice(3).map(toPhoto), 'look', testShare);
    const between = [...ahead.photos, ...others.photos].map((photo, at) => ({ photo, movement: movementOfLook(at) }));
    await judge.judge({ frames: judged, looks: between }, testShare);
    await Promise.all([ahead.release(), others.release()]);
    const took = performance.now() - from;
    await verifier.verify({ photos, token, requireLiveness: false, allowRenewal: false, ...shared });
    await release();
    return took;
  };
}

/**
 * Returns median milliseconds of the liveness judge for three frames and 15 looks of 640×480 pixels, without HTTP, state
 * store and audit log.
 */
const timeJudge = () =>
  withEngine(async (engine) => {
    const [victim, attacker] = await readDemoHeads(engine);
    const scene = { victim, attacker, movements, seed: 'time' };
    const check = await prepareCheck(engine, createMovementJudge({ engine }), scene);
    const times: number[] = [];
    for (let run = 0; run < 12; run += 1) times.push(await check());
    return { judge: round(quantile(times.slice(2)), 1) };
  });

/** Time before a simulated person acts, and duration of a head movement. */
const person = { reactionMs: 500, turnMs: 800 } as const;

const picturesOfTurn = 8;

const toTimes = (values: readonly number[]) => ({
  p50: round(quantile(values), 1),
  p95: round(quantile(values, 0.95), 1),
});

interface Returning {
  readonly connection: string;
  readonly device: keyof typeof devices;
  /** True if this browser was asked about flashing colors before. */
  readonly isRemembered: boolean;
  /** True if the person passed a full check in this browser two days before. */
  readonly isKnown?: boolean;
}

/** @returns seconds from opening the page to the result of the check; `null` if the rendered pictures were refused */
async function timeToResult(
  link: string,
  { context }: Pick<Visitor, 'context'>,
  { isRemembered }: Returning,
): Promise<number | null> {
  const page = await context.newPage();
  try {
    if (isRemembered) await context.addInitScript("localStorage.setItem('facestep-light', 'accepted')");
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
    await page.close();
  }
}

/** Measures seconds to the result, of people who follow the guidance and pass at the first try. */
async function timeReturning(cast: Cast, returning: Returning, tries: number) {
  const { connection, device, isKnown = false } = returning;
  const subject = await cast.enrolAda(connection, 'consent-1 (en)');
  const poses = await makePoses(cast.heads.ada, 'ada', picturesOfTurn);
  const visitor: Person = { poses, plan: 'follow', lighting: cast.lightings.ada, ...person };
  const took: number[] = [];
  const open = () => receive(cast.browser, { ...devices[device], person: visitor });
  const time = async (browser: Visitor): Promise<number | null> => {
    const { link } = await cast.stage.startStepUp({ connection, subject });
    return timeToResult(link, browser, returning);
  };
  const known = isKnown ? await open() : null;
  if (known !== null) while ((await time(known)) === null);
  cast.stage.ageKnownPlaces();
  for (let run = 0; run < tries; run += 1) {
    const browser = known ?? (await open());
    const seconds = await time(browser);
    if (seconds !== null) took.push(seconds);
    if (known === null) await browser.close();
  }
  await known?.close();
  if (took.length === 0) throw new Error(`no returning user of ${connection} passed at the first try`);
  return { ...toTimes(took), passed: { hits: took.length, trials: tries } };
}

export async function benchStepUp(runs: number) {
  const cast = await gather({
    bench: { organisation: 'Example Ltd' },
    lit: { liveness: 'challenge' },
    known: { liveness: 'glance', glance: { days: 14, proof: 'browser' } },
  });
  try {
    const subject = await cast.enrolAda('bench');
    const atSocket: number[] = [];
    for (let run = -1; run < runs; run += 1) {
      const { link } = await cast.stage.startStepUp({ connection: 'bench', subject });
      const { outcome, resultMs } = await stepUpBySocket(link, (movement) => cast.takePicture('ada', movement));
      if (outcome !== 'passed') throw new Error(`a genuine step-up ended with ${outcome}`);
      if (run >= 0) atSocket.push(resultMs);
    }
    const tries = Math.max(2, runs / 4);
    const lit = { connection: 'lit', device: 'desktop' } as const;
    const openToResultSec = await timeReturning(cast, { ...lit, isRemembered: true }, tries);
    const byMovement = { connection: 'bench', device: 'phone', isRemembered: false } as const;
    const openToResultByMovementSec = await timeReturning(cast, byMovement, tries);
    const ofKnown = { connection: 'known', device: 'phone', isRemembered: false, isKnown: true } as const;
    const openToResultByGlanceSec = await timeReturning(cast, ofKnown, tries);
    await cast.close();
    const floorMs = await timeJudge();
    return {
      node: process.version,
      cores: availableParallelism(),
      runs,
      openToResultSec,
      openToResultByMovementSec,
      openToResultByGlanceSec,
      person,
      stepUp: {
        // Time from the last picture to the result, measured at the socket.
        resultMs: toTimes(atSocket),
        floorMs,
      },
    };
  } catch (error) {
    await cast.close();
    throw error;
  }
}
