import { expect } from '@jest/globals';
import { texts as home } from '../../locales/compiled/capture/home/en.js';
import { texts as frame } from '../../locales/compiled/console/frame/en.js';
import { texts as en } from '../../locales/compiled/console/help-desk/en.js';
import { texts as door } from '../../locales/compiled/server/start-page/en.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { insist, press, see } from '../../support/browser/walk.js';
import { windows } from './another-way-stage.js';
import { castOf } from './cast-of.js';
import { visitConsole } from './console-visitor.js';

/* A caller whom the agent does not know: own page, PIN and console, with the real server, models and judgment. */

const cast = castOf({ plain: { organisation: 'Example Ltd' } }, [], { me: {} });
const { pin: words } = en.calls;

inBrowser(
  'a caller shows their face on their own page, reads out its PIN, and the agent sees once who it is',
  async () => {
    const { url, environment } = cast().stage;
    const subject = await cast().enrolAda('plain');
    const login = 'user-1@example.com';
    const caller = await cast().openVisitor('ada', windows.phone);
    await caller.page.goto(`${url}/me/plain`);
    await caller.page.getByLabel(door.userName).fill(login);
    await press(caller.page, door.faceCheck);
    await caller.page.locator('main[data-screen]').waitFor();
    await insist(caller.page);
    await see(caller.page, 'manage');
    await press(caller.page, home.showCallerPin);
    const shown = caller.page.locator('.code');
    await shown.waitFor();
    await expectWithinReach(caller.page);
    await expectAccessible(caller.page);
    const pin = (await shown.textContent()) ?? '';
    expect(pin).toMatch(/^\d{3} \d{3} \d{4}$/);
    expect(await shown.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);

    const key = environment.FACESTEP_ADMIN_KEY ?? '';
    const { page, complaints, ...agent } = await visitConsole(cast().browser, url, { key, path: '/help-desk' });
    const enter = async () => {
      await page.getByLabel(words.label, { exact: true }).fill(pin);
      await page.getByRole('button', { name: words.submit }).click();
    };
    await page.locator('.lines pre').getByText(`${url}/me/plain`).waitFor();
    await enter();
    await page.locator('.facts').waitFor();
    const facts = await page.locator('.facts').textContent();
    for (const fact of [login, 'plain', subject]) expect(facts).toContain(fact);
    await page.locator('.note.good').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: en.calls.another }).click();
    await enter();
    await page.getByText(frame.problems.code_wrong).waitFor();
    expect(complaints.filter((each) => !each.includes('401'))).toEqual([]);
    await agent.close();
    await caller.close();
  },
);
