import { expect } from '@jest/globals';
import type { JsonObject } from '../../src/core/base/json.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { goAlong, insist, see } from '../../support/browser/walk.js';
import { castOf } from './cast-of.js';

/* A backend starts a step-up and hands its link to a browser. Page, server, models and judgement are the real ones. */

const cast = castOf({
  plain: { organisation: 'Example Ltd', returnUrls: ['http://localhost:1/done'] },
  known: { liveness: 'glance', glance: { days: 14, proof: 'browser' } },
});

/** A step-up of someone enrolled with Ada's face. */
async function start(about: JsonObject = {}): Promise<{ readonly id: string; readonly link: string }> {
  const subject = await cast().enrolAda('plain');
  return cast().stage.startStepUp({ connection: 'plain', subject, ...about });
}

inBrowser('the page returns to the application with a receipt if the application requested one', async () => {
  const { link } = await start({ audience: 'app', nonce: 'n', returnUrl: 'http://localhost:1/done' });
  const { page, context, close } = await cast().openVisitor('ada');
  await context.route('http://localhost:1/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<main>back</main>' }),
  );
  await page.goto(link);
  await insist(page);
  await page.waitForURL(/^http:\/\/localhost:1\/done#face_receipt=[\w-]+\.[\w-]+\.[\w-]+$/);
  await close();
});

inBrowser('the user can cancel during movements and sending, and the page returns to the application', async () => {
  for (const moment of ['challenge', 'sending'] as const) {
    const { id, link } = await start({ audience: 'app', nonce: 'n', returnUrl: 'http://localhost:1/done' });
    const { page, context, close } = await cast().openVisitor('ada', { isGuided: false });
    await context.route('http://localhost:1/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<main>back</main>' }),
    );
    // Pictures on a slow way: the server has not got them when the person stops.
    await context.route('**/face/frames', () => {});
    await page.goto(link);
    await goAlong(page, { upTo: moment });
    await page.getByRole('button', { name: 'I can’t do this' }).click();
    await page.waitForURL('http://localhost:1/done');
    expect(await cast().stage.get(`/step-ups/${id}`)).toMatchObject({ state: 'abandoned', receipt: null });
    await close();
  }
});

inBrowser('on a device that encodes pictures slowly, the looks of a movement have one size', async () => {
  const { id, link } = await start();
  const { page, context, close } = await cast().openVisitor('ada');
  await context.addInitScript(
    'const { toBlob } = HTMLCanvasElement.prototype; HTMLCanvasElement.prototype.toBlob = function (...given) { setTimeout(() => toBlob.apply(this, given), 200); };',
  );
  await page.goto(link);
  await insist(page);
  const [judged] = await cast().stage.judgementsOf(id);
  expect(judged?.reasons).not.toContain('sizes');
  await close();
});

inBrowser('a step-up can be completed by keyboard', async () => {
  const { link } = await start();
  const { page, close } = await cast().openVisitor('ada', { isGuided: false, reducedMotion: 'reduce' });
  await page.goto(link);
  for (const [screen, name] of [
    ['consent', 'Agree and continue'],
    ['framing', 'Start'],
  ] as const) {
    await see(page, screen);
    // The heading has the focus, so that a screen reader begins there.
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    // "Start" appears when the page knows that it has no guide.
    await page.getByRole('button', { name }).waitFor();
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.textContent')) === name) break;
    }
    expect(await page.evaluate('document.activeElement.textContent')).toBe(name);
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
    await page.keyboard.press('Enter');
  }
  await see(page, 'challenge');
  expect(await page.evaluate('document.getAnimations().filter((each) => each.playState === "running").length')).toBe(0);
  expect(await insist(page)).toBe('passed');
  await close();
});

inBrowser('a known browser passes with one movement, until its key is deleted', async () => {
  const { enrolAda, stage, openVisitor } = cast();
  const subject = await enrolAda('known', 'consent-1 (en)');
  const { context, page: first, close } = await openVisitor('ada');
  /** Passes a check in a new tab. @returns the judges of the last try */
  const check = async (): Promise<string | undefined> => {
    const { id, link } = await stage.startStepUp({ connection: 'known', subject });
    const page = await context.newPage();
    await page.goto(link);
    expect(await insist(page)).toBe('passed');
    await page.close();
    return (await stage.judgementsOf(id)).at(0)?.judge;
  };
  expect(await check()).toBe('movement-1');
  stage.ageKnownPlaces();
  expect(await check()).toBe('glance-1');
  await first.goto(`${stage.url}/face`);
  await first.evaluate("new Promise((done) => { indexedDB.deleteDatabase('facestep').onsuccess = done; })");
  expect(await check()).toBe('movement-1');
  await close();
});
