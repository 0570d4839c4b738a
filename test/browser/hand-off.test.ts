import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { castOf } from './cast-of.js';
import { hasChromium } from './chromium.js';
import { devices, stopCamera } from './screens.js';
import type { Visitor } from './visitor.js';
import { follow, insist, leaveBy, press, see } from './walk.js';

const handOffGuard = z.object({ url: z.string(), code: z.string().regex(/^\d{4}$/) });

const inBrowser = hasChromium ? test.concurrent : test.skip;
const cast = castOf({ plain: {} });

/** On a computer without a camera, up to the QR code. @returns what the QR code holds */
async function askForPhone({ page }: Visitor, link: string) {
  await page.goto(link);
  await press(page, 'I agree, go on');
  const replied = page.waitForResponse(/\/face\/hand-off$/);
  await press(page, 'Use my phone');
  const reply: unknown = await (await replied).json();
  await see(page, 'hand-off');
  return handOffGuard.parse(reply);
}

inBrowser('a computer starts, a phone lends its camera, the computer goes on', async () => {
  const subject = await cast().enrolAda('plain');
  const { id, link } = await cast().stage.startStepUp({ connection: 'plain', subject });
  const computer = await cast().sit('ada', { allowsCamera: false });
  const { url, code } = await askForPhone(computer, link);
  expect(await computer.page.locator('.code').textContent()).toBe(code);

  const phone = await cast().sit('ada', { ...devices.phone, isGuided: false });
  await phone.page.goto(url);
  await see(phone.page, 'code');
  expect(await phone.page.locator('.code').textContent()).toBe(code);
  await computer.page.getByRole('heading', { name: 'Your phone is connected' }).waitFor();

  const third = await cast().sit('eve', devices.phone);
  expect(await follow(third.page, url)).toBe('opened-elsewhere');

  // A phone takes its camera away when a call comes: that is told, and another try opens the camera anew.
  await press(phone.page, 'Yes, it is the same');
  await press(phone.page, 'Start');
  await stopCamera(phone.page);
  await see(phone.page, 'camera-stopped');
  await leaveBy(phone.page, 'Try again');
  expect(await insist(phone.page)).toBe('passed');
  expect(await phone.page.getByText('Go back to your computer').isVisible()).toBe(true);
  await see(computer.page, 'passed');
  expect(await cast().stage.get(`/step-ups/${id}`)).toMatchObject({ state: 'passed' });
  for (const { close } of [computer, phone, third]) await close();
});

inBrowser('a phone that shows another number stops there', async () => {
  const subject = await cast().enrolAda('plain');
  const { id, link } = await cast().stage.startStepUp({ connection: 'plain', subject });
  const computer = await cast().sit('eve', { allowsCamera: false });
  const { url } = await askForPhone(computer, link);
  const phone = await cast().sit('ada', devices.phone);
  await phone.page.goto(url);
  await press(phone.page, 'No');
  await see(phone.page, 'code-wrong');
  expect(phone.requests.filter((address) => address.endsWith('/face/frames'))).toEqual([]);
  expect(await cast().stage.get(`/step-ups/${id}`)).toMatchObject({ state: 'started' });
  await phone.close();
  await computer.close();
});

inBrowser('a kiosk takes one person after the other and keeps nothing of them', async () => {
  const subject = await cast().enrolAda('plain');
  const registered = await cast().stage.post('/kiosks', { name: 'Gate 1' });
  const kiosk = z.object({ id: z.string(), url: z.string() }).parse(registered);
  const { page, context, close } = await cast().sit('ada', { isGuided: false });
  await page.goto(kiosk.url);
  await see(page, 'kiosk-idle');
  for (const next of [subject, await cast().stage.addUser()]) {
    const { id } = await cast().stage.startStepUp({ connection: 'plain', subject: next, kiosk: kiosk.id });
    await see(page, 'consent');
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).toBe('[{},{}]');
    if (next === subject) expect(await insist(page)).toBe('passed');
    else {
      await press(page, 'I do not want this');
      await see(page, 'abandoned');
    }
    expect(await cast().stage.get(`/step-ups/${id}`)).toMatchObject({
      state: next === subject ? 'passed' : 'abandoned',
    });
    // By itself, after some seconds; the next one is called meanwhile.
    await see(page, 'kiosk-idle');
  }
  expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).toBe('[{},{}]');
  expect(await context.cookies()).toEqual([]);
  await close();
});
