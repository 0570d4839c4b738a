import { expect } from '@jest/globals';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { devices } from '../../support/browser/screens.js';
import { receive } from '../../support/browser/visitor.js';
import { insist } from '../../support/browser/walk.js';
import { castOf } from './cast-of.js';

/*
 * A person under the screen's light, with the real page, server, models and judge. Attacks on the light are in
 * src/face/liveness/light.test.ts.
 */

const cast = castOf({ lit: { liveness: 'light' } });

for (const device of ['phone', 'desktop'] as const) {
  inBrowser(`on a ${device}, a step-up passes for the enrolled person in the screen’s light`, async () => {
    const connection = 'lit';
    const subject = await cast().enrolAda(connection, 'consent-1 (en)');
    const { id, link } = await cast().stage.startStepUp({ connection, subject });
    const { poses, lightings, browser, stage } = cast();
    const person = { poses: poses.ada, plan: 'follow', reactionMs: 150, lighting: lightings.ada } as const;
    const { page, complaints, close } = await receive(browser, { ...devices[device], person });
    await page.goto(link);
    expect(await insist(page)).toBe('passed');
    expect((await stage.judgementsOf(id)).at(-1)).toMatchObject({ judge: 'light-1', pass: true });
    expect(complaints).toEqual([]);
    await close();
  });
}
