import { expect } from '@jest/globals';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { insist, leaveBy, press, see } from '../../support/browser/walk.js';
import { enter, windows } from './another-way-stage.js';
import { castOf } from './cast-of.js';
import { pageWords } from './page-words.js';

/* Recovery codes are made where a real face has enrolled, are shown once, and each stands in for one check. */

const cast = castOf({ plain: { anotherWay: { recoveryCodes: true, counts: true } } });
const { en } = pageWords;

/** A check for a receipt, by someone who takes a recovery code for it. */
async function reachCode(subject: string, language: 'de' | 'ar') {
  const asked = { connection: 'plain', subject, audience: 'https://app.example.com' };
  const { id, link } = await cast().stage.startStepUp(asked);
  const words = pageWords[language];
  const visitor = await cast().openVisitor('ada', { isGuided: false, ...windows.phone });
  const { hash } = new URL(link);
  await visitor.page.goto(`${cast().stage.url}/face?lang=${language}${hash}`);
  await visitor.page.locator('main[data-screen=permission], main[data-screen=framing]').waitFor();
  await leaveBy(visitor.page, words.cannot);
  await see(visitor.page, 'ways');
  await press(visitor.page, words.ways.names.recovery_code);
  await see(visitor.page, 'code');
  return { ...visitor, words, stateOf: async () => (await cast().stage.get(`/step-ups/${id}`)).state };
}

inBrowser('recovery codes are shown once at the enrolment; each passes once', async () => {
  const subject = await cast().stage.addUser();
  const { page, context, close } = await cast().openVisitor('ada', { isGuided: false, ...windows.phone });
  await context.grantPermissions(['camera', 'clipboard-read', 'clipboard-write']);
  await page.goto(await cast().stage.invite('plain', subject, 'enrol'));
  expect(await insist(page)).toBe('recovery-codes');
  await page.getByRole('heading', { name: en.passed.enrol }).waitFor();
  await expectWithinReach(page);
  await press(page, en.recovery.show);
  const shown = page.locator('.codes code');
  await shown.first().waitFor();
  await expectWithinReach(page);
  const lost = await shown.allTextContents();
  // A phone throws the page away while someone notes the codes elsewhere: they are made again.
  await page.reload();
  await press(page, en.recovery.show);
  await shown.first().waitFor();
  const codes = await shown.allTextContents();
  expect(codes.filter((code) => lost.includes(code))).toEqual([]);
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);
  await press(page, en.recovery.copy);
  await page.getByRole('button', { name: en.recovery.copied }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(codes.join('\n'));
  const saving = page.waitForEvent('download');
  await press(page, en.recovery.save);
  expect((await saving).suggestedFilename()).toBe('recovery-codes.txt');
  await press(page, en.recovery.done);
  await see(page, 'passed');
  expect(await page.content()).not.toContain(codes[0]);
  // The link is used up: anyone who loads the page again is not shown them again.
  await page.reload();
  await see(page, 'finished');
  await close();

  const first = await reachCode(subject, 'de');
  // As it was written down.
  await enter(first, String(codes[0]).toLowerCase().replaceAll('-', ' '));
  await see(first.page, 'passed_another_way');
  await expectWithinReach(first.page);
  expect(await first.stateOf()).toBe('passed_another_way');
  await first.close();

  const second = await reachCode(subject, 'ar');
  await enter(second, String(codes[0]));
  await second.page.getByText(second.words.ways.wrong).waitFor();
  expect(await second.stateOf()).toBe('started');
  await enter(second, String(codes[1]));
  await see(second.page, 'passed_another_way');
  await second.close();
});
