import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { epochMs } from '../../../src/core/units.js';
import { preparePresenceTest, shortPlan } from '../../../support/benches/presence-test.js';
import { expectAccessible } from '../../../support/browser/accessibility.js';
import { hasChromium, launchChromium } from '../../../support/browser/chromium.js';
import { inBrowser } from '../../../support/browser/page-suite.js';
import { seatAda } from '../../../support/browser/people.js';
import { type Person, type Plan, receive, type Visitor } from '../../../support/browser/visitor.js';
import { leaveBy, press, see } from '../../../support/browser/walk.js';
import { createFolder } from '../../../support/run/folder.js';

/* A presence test on its real page: a person who moves as asked, and a photo of them before the camera. */

const clock = { now: () => epochMs(Date.now()) };
let ada: Person;
if (hasChromium)
  beforeAll(async () => {
    ada = await seatAda();
  });

/** A face answers the light of the screen; a photo in the place of the camera does not. */
function openVisitor(browser: Browser, plan: Plan): Promise<Visitor> {
  const { lighting, ...photo } = ada;
  return receive(browser, { person: plan === 'follow' ? ada : { ...photo, plan }, isGuided: false });
}

/** Agrees, as a tester with a code name. */
async function takePart(page: Page): Promise<void> {
  await page.getByLabel('Code name').fill('kestrel');
  await page.getByLabel('I have read this').check();
  await leaveBy(page, 'Take part');
}

/** Goes through a presentation up to the question whether to keep it. */
async function present(page: Page): Promise<void> {
  await leaveBy(page, 'Allow camera access');
  await see(page, 'framing');
  await leaveBy(page, 'Start');
  await see(page, 'keep');
}

inBrowser(
  'a person and a photo of that person are stored as presented, and the report distinguishes them',
  async () => {
    const presence = preparePresenceTest(
      join(createFolder('presence-page'), 'test'),
      shortPlan(['live', 'still']),
      clock,
    );
    const running = await presence.start();
    const browser = await launchChromium({ camera: 'pattern' });

    const live = await openVisitor(browser, 'follow');
    await live.page.goto(running.link());
    await see(live.page, 'tester');
    await expectAccessible(live.page, 'tester', 320);
    await takePart(live.page);
    await expectAccessible(live.page, 'presentation', 320);
    await present(live.page);
    await expectAccessible(live.page, 'keep', 320);
    // Something came between: it is taken again, and counts once.
    await leaveBy(live.page, 'Take it again');
    await present(live.page);
    await press(live.page, 'Keep it');
    await live.page.getByRole('heading', { name: 'The still', exact: true }).waitFor();
    await live.close();

    const still = await openVisitor(browser, 'still');
    await still.page.goto(running.link());
    await takePart(still.page);
    await present(still.page);
    await leaveBy(still.page, 'Keep it');
    await see(still.page, 'summary');
    await expectAccessible(still.page, 'summary', 320);
    const origin = new URL(running.link()).origin;
    for (const { requests, complaints } of [live, still]) {
      expect(requests.filter((url) => !url.startsWith('blob:') && new URL(url).origin !== origin)).toEqual([]);
      expect(complaints.filter((line) => !/Failed to load resource/.test(line))).toEqual([]);
    }
    await still.close();
    await browser.close();
    await running.stop();

    const kept = readdirSync(presence.data);
    expect(kept).toHaveLength(3);
    for (const name of kept) {
      const bytes = readFileSync(join(presence.data, name));
      // Ten bytes: four of them would stand in random ones by chance, once in some thousand runs.
      expect(bytes.includes(Buffer.from('ffd8ffe000104a464946', 'hex'))).toBe(false);
      expect(bytes.includes('kestrel')).toBe(false);
    }
    const { printed } = await presence.run(['report', '--json']);
    const report = JSON.parse(printed[0]!);
    expect(report.live.refusedBy).toEqual({});
    expect(report).toMatchObject({
      people: 1,
      presentations: 2,
      notDone: 0,
      judge: expect.stringMatching(/^light-/),
      apcer: { species: 'still', errors: 0, presentations: 1 },
      bpcer: { errors: 0, presentations: 1 },
      bpnrr: { errors: 0, presentations: 1 },
      attacks: {
        still: {
          refusedBy: expect.objectContaining({ relief_yaw: 1 }),
          byCondition: { 'office, computer': { errors: 0 } },
        },
      },
    });
  },
);
