import type { Cast } from '../../test/browser/cast.js';
import { makePoses } from '../../test/browser/people.js';
import { devices } from '../../test/browser/screens.js';
import { type Poses, receive } from '../../test/browser/visitor.js';
import { press, screenOf } from '../../test/browser/walk.js';

export const person = { reactionMs: 500, turnMs: 800 } as const;

const picturesOfTurn = 8;

export interface Returning {
  readonly cast: Cast;
  readonly connection: string;
  readonly subject: string;
  readonly poses: Poses;
}

export async function bringBack(cast: Cast, connection: string): Promise<Returning> {
  const subject = await cast.enrolAda(connection, 'consent-1 (en)');
  return { cast, connection, subject, poses: await makePoses(cast.heads.ada, 'ada', picturesOfTurn) };
}

/** @returns seconds from opening the page to the result of the check; `null` if the rendered pictures were refused */
export async function timeToResult({ cast, connection, subject, poses }: Returning): Promise<number | null> {
  const { link } = await cast.stage.startStepUp({ connection, subject });
  const { page, close } = await receive(cast.browser, {
    ...devices.phone,
    person: { poses, plan: 'follow', lighting: cast.lightings.ada, ...person },
  });
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
