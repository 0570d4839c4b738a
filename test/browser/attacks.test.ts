import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { launchChromium } from '../../support/browser/chromium.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { type Plan, receive, type Visitor } from '../../support/browser/visitor.js';
import { follow } from '../../support/browser/walk.js';
import { attacks } from '../../support/face-video/index.js';
import { createFolder } from '../../support/run/folder.js';
import { castOf } from './cast-of.js';

/* What attackers hold before a camera, or put in its place, all the way through the real page. */

const movements = ['centre', 'left', 'right', 'up', 'centre'] as const;

const cast = castOf({ plain: {} });
const folder = createFolder('film');

async function checkRefused({ page, close }: Visitor) {
  const subject = await cast().enrolAda('plain');
  const { id, link } = await cast().stage.startStepUp({ connection: 'plain', subject });
  expect(await follow(page, link)).toBe('try-again');
  const [judged] = await cast().stage.judgementsOf(id);
  // No one is told which signal it was: the page shows one of seven general hints, or none.
  expect(await page.locator('main').textContent()).not.toMatch(/depth|pose|passive|live|\d\.\d/i);
  await close();
  return judged!;
}

for (const name of ['still', 'print', 'screen', 'replay']) {
  inBrowser(`${name}: the judge refuses the attack filmed by the camera`, async () => {
    const { ada: victim, eve: attacker } = cast().heads;
    const attack = attacks.find((each) => each.name === name)!;
    const frames = await attack.makeFrames({ victim, attacker, movements, seed: name });
    const mjpeg = join(folder, `${name}.mjpeg`);
    // Chromium shows 30 frames a second: each pose for 1.7 seconds.
    writeFileSync(mjpeg, Buffer.concat(frames.flatMap((frame) => new Array<Buffer>(51).fill(frame))));
    const browser = await launchChromium({ camera: { mjpeg } });
    const judged = await checkRefused(await receive(browser, { isGuided: false }));
    await browser.close();
    expect(judged.pass).toBe(false);
    expect(judged.reasons.length).toBeGreaterThan(0);
  });
}

const plans: readonly (readonly [string, Plan])[] = [
  ['a photo in place of the camera', 'still'],
  ['a person who turns in the opposite direction', 'mirrored'],
  ['a recording of another check', movements.map((movement) => ({ movement, ms: 1500 }))],
];
for (const [name, plan] of plans) {
  inBrowser(`${name}: the judge refuses the attack`, async () => {
    const judged = await checkRefused(await cast().openVisitor('ada', { plan, isGuided: false }));
    expect(judged.pass).toBe(false);
  });
}
