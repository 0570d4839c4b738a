import { expect } from '@jest/globals';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { follow, goAlong, insist, leaveBy, press, see } from '../../support/browser/walk.js';
import { castOf } from './cast-of.js';

/* The journey of the capture page in the quick tier: enrolment, step-up, refusal. Page, server, models and judge are the real ones. */

const cast = castOf({ plain: { enrolmentDays: 365 } });

/** A step-up of a user who is enrolled with Ada's face. */
async function start(): Promise<{ readonly id: string; readonly link: string }> {
  const subject = await cast().enrolAda('plain');
  return cast().stage.startStepUp({ connection: 'plain', subject });
}

inBrowser('an invitation enrols a user; the user’s own page shows the enrolment and deletes it', async () => {
  const subject = await cast().stage.addUser();
  const invitation = await cast().stage.invite('plain', subject, 'enrol');
  const { page, close } = await cast().openVisitor('ada', { isGuided: false });
  await page.goto(invitation);
  expect(await insist(page)).toBe('passed');
  expect(await page.getByRole('heading', { name: 'Your face check is set up' }).isVisible()).toBe(true);

  const other = await cast().openVisitor('eve');
  expect(await follow(other.page, invitation)).toMatch(/^(opened-elsewhere|link-over)$/);
  await other.close();

  const check = await cast().stage.startStepUp({ connection: 'plain', subject });
  const again = await cast().openVisitor('ada', { isGuided: false });
  await again.page.goto(check.link);
  // What was agreed to at the enrolment is one line now, with the whole text behind it.
  await see(again.page, 'framing');
  expect(await again.page.locator('footer').textContent()).toMatch(/You agreed to this on \w+ \d+, \d{4}\./);
  await press(again.page, 'Read it in full');
  const whole = again.page.getByRole('dialog', { name: 'Read it in full' });
  expect(await whole.getByRole('heading').allTextContents()).toContain('What is stored');
  await whole.getByRole('button', { name: 'Back' }).click();
  expect(await whole.isVisible()).toBe(false);
  expect(await insist(again.page)).toBe('passed');
  await again.close();

  const own = await cast().openVisitor('ada');
  expect(await follow(own.page, await cast().stage.invite('plain', subject, 'manage'))).toBe('manage');
  const facts = own.page.locator('dl.facts');
  expect(await facts.textContent()).toMatch(/Purpose\s*sign-in/);
  expect(await facts.textContent()).not.toContain('fv1.');
  await press(own.page, 'Delete');
  await press(own.page, 'Keep it');
  await press(own.page, 'Delete');
  await press(own.page, 'Yes, delete');
  await own.page.getByText('Deleted.').waitFor();
  await own.close();
  await close();

  const after = await cast().openVisitor('ada', { isGuided: false });
  const { link } = await cast().stage.startStepUp({ connection: 'plain', subject });
  expect(await follow(after.page, link)).toBe('not-enrolled');
  await after.close();
});

inBrowser(
  'a step-up passes for the enrolled person, loads nothing from other origins, and keeps in the tab only that it has finished',
  async () => {
    const { id, link } = await start();
    const { page, context, requests, complaints, close } = await cast().openVisitor('ada');
    await page.goto(link);
    expect(await insist(page)).toBe('passed');
    expect(await cast().stage.get(`/step-ups/${id}`)).toMatchObject({ state: 'passed' });
    expect(requests.filter((url) => new URL(url).origin !== cast().stage.url)).toEqual([]);
    expect(complaints).toEqual([]);
    const kept = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.hash])';
    expect(await page.evaluate(kept)).toBe('[{},{"facestep-finished":"yes"},"",""]');
    expect(await context.cookies()).toEqual([]);
    expect(await page.evaluate('indexedDB.databases()')).toEqual([]);
    const [judged] = await cast().stage.judgementsOf(id);
    expect(judged).toMatchObject({ pass: true, reasons: [] });
    expect(judged!.signals.length).toBeGreaterThan(5);
    // What the page says of the camera goes with the frames.
    expect(judged!.device).toEqual({ camera: 'plain', label: null });
    await close();
  },
);

inBrowser('a step-up fails after three attempts with another face', async () => {
  const { id, link } = await start();
  const { page, close } = await cast().openVisitor('eve', { isGuided: false });
  await page.goto(link);
  const told: string[] = [];
  let screen = await goAlong(page);
  // On a slow machine, an attempt may lack pictures. It does not count, and is repeated.
  while (screen === 'try-again') {
    told.push(...(await page.getByText(/attempts? left\.$/).allInnerTexts()));
    await leaveBy(page, 'Try again');
    screen = await goAlong(page);
  }
  expect(screen).toBe('failed');
  expect(told).toEqual(expect.arrayContaining(['You have 2 attempts left.', 'You have one attempt left.']));
  expect(await cast().stage.get(`/step-ups/${id}`)).toMatchObject({ state: 'failed' });
  await close();
});
