import { expect, test } from '@jest/globals';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';
import { castOf } from './cast-of.js';
import { hasChromium } from './chromium.js';
import { countClicks } from './clicks.js';
import { visitConsole } from './console-visitor.js';
import { insist, press, see } from './walk.js';

/* Somebody calls the help desk: the agent's screen and the caller's page side by side, page, server, models and judgement real. */

const inBrowser = hasChromium ? test : test.skip;
const cast = castOf({ plain: { organisation: 'Example Ltd' } });

/** An agent who has asked the caller for a face check. */
async function ask(login: string) {
  const { url, environment } = cast().stage;
  const { page, ...agent } = await visitConsole(cast().browser, url, { key: environment.FACESTEP_ADMIN_KEY ?? '' });
  const { click, choose, count } = countClicks();
  await click(page.getByRole('main').getByRole('link', { name: 'Help desk' }));
  await page.getByLabel('Name they sign in by').fill(login);
  await choose(page.getByLabel('The link to the check'), 'Show it to me');
  await click(page.getByRole('button', { name: 'Ask for a face check' }));
  const link = await page.getByLabel('Link for the caller').inputValue();
  expect(count()).toBeLessThanOrEqual(5);
  return { ...agent, page, link, number: (await page.locator('.spoken').textContent())?.trim() ?? '' };
}

inBrowser(
  'the agent reads a number, the caller chooses it and shows their face, and the agent sees who it is',
  async () => {
    const subject = await cast().enrolAda('plain');
    const agent = await ask('user-1@example.com');
    await agent.page.getByText('Waiting until the caller opens the link.').waitFor();
    const caller = await cast().sit('ada');
    await caller.page.goto(agent.link);
    await see(caller.page, 'call');
    await agent.page.getByText('Now they choose the number.').waitFor();
    expect(agent.number).toMatch(/^\d\d$/);
    await press(caller.page, agent.number);
    await agent.page.getByText('The face is being checked.').waitFor();
    expect(await insist(caller.page)).toBe('passed');
    await agent.page.getByText('The caller is this person.').waitFor();
    const facts = await agent.page.locator('.facts').textContent();
    for (const fact of ['user-1@example.com', 'plain', subject]) expect(facts).toContain(fact);
    await agent.page.getByText('Shown for this many more minutes: 10').waitFor();
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 360],
    ] as const) {
      await agent.page.emulateMedia({ colorScheme });
      await agent.page.setViewportSize({ width, height: 800 });
      expect(await findBarriers(agent.page)).toEqual([]);
      expect(await findSmallTargets(agent.page)).toEqual([]);
      expect(await fitsWidth(agent.page)).toBe(true);
    }
    expect(agent.complaints).toEqual([]);
    await agent.page.getByRole('button', { name: 'Another caller' }).click();
    await agent.page.getByRole('button', { name: 'Ask for a face check' }).waitFor();
    await agent.close();
    await caller.close();
  },
);

inBrowser('who only has the link chooses another number: the agent is told to help nobody', async () => {
  await cast().enrolAda('plain');
  const agent = await ask('user-2@example.com');
  const thief = await cast().sit('eve');
  await thief.page.goto(agent.link);
  await see(thief.page, 'call');
  await press(thief.page, 'None of these');
  await agent.page.getByText('Another number was chosen.').waitFor();
  expect(await agent.page.locator('.facts').count()).toBe(0);
  await agent.close();
  await thief.close();
});
