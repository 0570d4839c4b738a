import { availableParallelism } from 'node:os';
import type { Page } from 'playwright-core';
import { type Cast, gather } from '../../test/browser/cast.js';
import { noteEnd } from '../../test/browser/in-page/note-end.js';
import { makePoses } from '../../test/browser/people.js';
import { devices } from '../../test/browser/screens.js';
import { type Person, receive } from '../../test/browser/visitor.js';
import { press, screenOf, see } from '../../test/browser/walk.js';
import { quantile, round } from './measure.js';
import { hasRealPeople, readRealPeople } from './real-people.js';

/** Time before a simulated person acts, and duration of a head movement. */
const habits = { reactionMs: 500, turnMs: 800 } as const;

const picturesOfTurn = 8;
const absentForMs = 12_000;

/** Times from opening the page to the result, for people who passed at the first try. */
interface Measured {
  readonly passed: { readonly hits: number; readonly trials: number };
  readonly atFirstTry: number;
  readonly seconds: { readonly p50: number; readonly highest: number } | null;
  /** Highest number of button presses among people who passed at the first try. */
  readonly decisions: number | null;
}

interface Group {
  readonly enrolment: Measured;
  readonly returning: Measured;
}

/** JSON output of the benchmark, with stable property names. */
export interface CheckExperienceReport {
  readonly node: string;
  readonly cores: number;
  readonly habits: typeof habits;
  readonly drawn: { readonly movement: Group; readonly light: Group };
  /** People from recorded clips; `null` if there are no clips. */
  readonly real: { readonly people: number; readonly incomplete: number; readonly movement: Group } | null;
  /** Number of challenges that were started while no one was in front of the camera. */
  readonly emptyRuns: { readonly seconds: number; readonly challenges: number };
}

interface Visit {
  readonly passed: boolean;
  readonly tries: number;
  readonly decisions: number;
  readonly seconds: number;
}

const nextBy: Readonly<Record<string, RegExp>> = {
  consent: /^Agree and continue$/,
  permission: /^(Allow camera access|Continue)$/,
  // This button appears if a hint persists for eight seconds.
  framing: /^Start$/,
  'try-again': /^Try again$/,
};
const endings = ['passed', 'failed', 'locked-out', 'expired', 'recovery-codes'];

async function visit(cast: Cast, link: string, person: Person): Promise<Visit> {
  const { page, close } = await receive(cast.browser, { ...devices.phone, person });
  try {
    await page.addInitScript(noteEnd, endings);
    await page.goto(link);
    let [tries, decisions] = [1, 0];
    for (;;) {
      const screen = await nextScreen(page);
      if (endings.includes(screen)) {
        const seconds = Number(await page.locator('html').getAttribute('data-ended-at')) / 1000;
        return { passed: screen === 'passed', tries, decisions, seconds };
      }
      if (screen === 'try-again') tries += 1;
      decisions += 1;
      await page.waitForTimeout(habits.reactionMs);
      await page.getByRole('button', { name: nextBy[screen] }).click();
      await page.locator(`main:not([data-screen="${screen}"])`).waitFor();
    }
  } finally {
    await close();
  }
}

async function nextScreen(page: Page): Promise<string> {
  // A screen of this name without a visible button only waits for the camera, so it is ignored.
  const asked = Object.keys(nextBy).map((name) => `[data-screen="${name}"]:has(.button.plain:not([hidden]))`);
  const ended = endings.map((name) => `[data-screen="${name}"]`);
  await page.locator(`main:is(${[...asked, ...ended].join(', ')})`).waitFor();
  return screenOf(page);
}

function toMeasured(visits: readonly Visit[]): Measured {
  const first = visits.filter(({ passed, tries }) => passed && tries === 1);
  const seconds = first.map((each) => each.seconds);
  const decisions = first.map((each) => each.decisions);
  return {
    passed: { hits: visits.filter(({ passed }) => passed).length, trials: visits.length },
    atFirstTry: first.length,
    seconds:
      seconds.length === 0 ? null : { p50: round(quantile(seconds), 1), highest: round(Math.max(...seconds), 1) },
    decisions: decisions.length === 0 ? null : Math.max(...decisions),
  };
}

async function measure(
  cast: Cast,
  { connection, people, say }: { connection: string; people: readonly Person[]; say: (line: string) => void },
): Promise<Group> {
  const enrolments: Visit[] = [];
  const returns: Visit[] = [];
  for (const person of people) {
    const subject = await cast.stage.addUser();
    const enrolment = await visit(cast, await cast.stage.invite(connection, subject, 'enrol'), person);
    enrolments.push(enrolment);
    say(`${connection}: enrolment ${JSON.stringify(enrolment)}`);
    if (!enrolment.passed) continue;
    const { link } = await cast.stage.startStepUp({ connection, subject });
    const back = await visit(cast, link, person);
    returns.push(back);
    say(`${connection}: returning ${JSON.stringify(back)}`);
  }
  return { enrolment: toMeasured(enrolments), returning: toMeasured(returns) };
}

async function countEmptyRuns(cast: Cast): Promise<number> {
  const { link } = await cast.stage.startStepUp({ connection: 'movement', subject: await cast.enrolAda('movement') });
  const { page, requests, close } = await cast.sit('ada', { ...devices.phone, plan: 'away' });
  await page.goto(link);
  await press(page, 'Agree and continue');
  await see(page, 'framing');
  await page.waitForTimeout(absentForMs);
  await close();
  return requests.filter((url) => new URL(url).pathname.endsWith('/face/challenge')).length;
}

export async function benchCheckExperience(runs: number, say: (line: string) => void): Promise<CheckExperienceReport> {
  const real = hasRealPeople ? await readRealPeople() : null;
  if (real === null) say('There are no clips of real people on this machine: only drawn people are measured.');
  const cast = await gather({ movement: { organisation: 'Example Ltd' }, light: { liveness: 'challenge' } });
  try {
    const poses = await makePoses(cast.heads.ada, 'ada', picturesOfTurn);
    const ada: Person = { poses, plan: 'follow', ...habits };
    const drawn = Array.from({ length: runs }, () => ada);
    const lit = drawn.map((each) => ({ ...each, lighting: cast.lightings.ada }));
    const movement = await measure(cast, { connection: 'movement', people: drawn, say });
    const light = await measure(cast, { connection: 'light', people: lit, say });
    const people = (real?.people ?? []).map((each): Person => ({ poses: each, plan: 'follow', ...habits }));
    return {
      node: process.version,
      cores: availableParallelism(),
      habits,
      drawn: { movement, light },
      real:
        real === null
          ? null
          : {
              people: people.length,
              incomplete: real.incomplete,
              movement: await measure(cast, { connection: 'movement', people, say }),
            },
      emptyRuns: { seconds: absentForMs / 1000, challenges: await countEmptyRuns(cast) },
    };
  } finally {
    await cast.close();
  }
}

export function showCheckExperience({ drawn, real, emptyRuns }: CheckExperienceReport): readonly string[] {
  const toText = ({ passed, atFirstTry, seconds, decisions }: Measured): string =>
    `${passed.hits} of ${passed.trials} passed, ${atFirstTry} at the first try; ${seconds === null ? 'no time' : `${seconds.p50} s median, ${seconds.highest} s at most`}; ${decisions ?? 'no'} decisions`;
  const lines = (name: string, { enrolment, returning }: Group): readonly string[] => [
    `${name}, enrolment: ${toText(enrolment)}`,
    `${name}, returning: ${toText(returning)}`,
  ];
  return [
    ...lines('Drawn person, movements', drawn.movement),
    ...lines('Drawn person, movements and light', drawn.light),
    ...(real === null ? [] : lines(`${real.people} real people, movements`, real.movement)),
    `Nobody at the camera for ${emptyRuns.seconds} s: ${emptyRuns.challenges} challenges started`,
  ];
}
