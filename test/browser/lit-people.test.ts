import { expect } from '@jest/globals';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { devices } from '../../support/browser/screens.js';
import { type Lighting, type Plan, receive } from '../../support/browser/visitor.js';
import { follow, insist } from '../../support/browser/walk.js';
import { castOf } from './cast-of.js';

/* People and attacks under the screen's light, with the real page, server, models and judge. */

const cast = castOf({ lit: { liveness: 'light' }, offered: { liveness: 'challenge' } });

interface Before {
  readonly plan?: Plan;
  /** What is before the camera answers so; `null`: not at all. */
  readonly change: Partial<Lighting> | null;
  readonly device?: 'phone' | 'desktop';
  readonly connection?: string;
}

/** A window for what follows the movements as Ada does. */
async function openVisitor({ plan = 'follow', change, device = 'phone', connection = 'lit' }: Before) {
  const subject = await cast().enrolAda(connection, 'consent-1 (en)');
  const started = await cast().stage.startStepUp({ connection, subject });
  const lighting = change === null ? {} : { lighting: { ...cast().lightings.ada, ...change } };
  const person = { poses: cast().poses.ada, plan, reactionMs: 150, ...lighting };
  return { ...started, ...(await receive(cast().browser, { ...devices[device], person })) };
}

for (const device of ['phone', 'desktop'] as const) {
  inBrowser(`on a ${device}, a step-up passes for the enrolled person in the screen’s light`, async () => {
    const { page, id, link, complaints, close } = await openVisitor({ device, change: {} });
    await page.goto(link);
    expect(await insist(page)).toBe('passed');
    expect((await cast().stage.judgementsOf(id)).at(-1)).toMatchObject({ judge: 'light-1', pass: true });
    expect(complaints).toEqual([]);
    await close();
  });
}

const recording = ['centre', 'left', 'right', 'up', 'centre'].map((movement) => ({ movement, ms: 1500 }));
const attacks: readonly (readonly [string, Before, RegExp])[] = [
  ['a recording in place of the camera', { plan: recording, change: null }, /light_gain|light_match/],
  ['an injected video without the screen’s light', { change: null }, /light_gain|light_match/],
  ['an injected video lit by other colors', { change: { colours: [1, 2, 0] } }, /light_gain|light_match/],
  [
    'a glass that reflects the light',
    { change: { glass: true, gain: 0.05 } },
    /light_(material|falloff|gain|match|normals)/,
  ],
];
for (const [name, before, reason] of attacks) {
  inBrowser(`${name}: the judge refuses the attack because of its light`, async () => {
    const { page, id, link, close } = await openVisitor(before);
    expect(await follow(page, link)).toBe('try-again');
    const [judged] = await cast().stage.judgementsOf(id);
    expect(judged).toMatchObject({ judge: 'light-1', pass: false });
    expect(judged!.reasons.filter((each) => reason.test(each))).not.toEqual([]);
    await close();
  });
}
