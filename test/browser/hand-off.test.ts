import { expect } from '@jest/globals';
import { z } from 'zod';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { devices, stopCamera } from '../../support/browser/screens.js';
import type { Visitor } from '../../support/browser/visitor.js';
import { follow, goAlong, insist, leaveBy, press, see } from '../../support/browser/walk.js';
import { castOf } from './cast-of.js';

const handOffGuard = z.object({ url: z.string(), code: z.string().regex(/^\d{2}$/) });

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

const android =
  'Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36';

const cast = castOf({ plain: {}, phones: { camera: 'phone' } });

/** On a computer without a camera, up to the QR code. @returns what the QR code holds */
async function askForPhone({ page }: Visitor, link: string) {
  await page.goto(link);
  await press(page, 'Agree and continue');
  const replied = page.waitForResponse(/\/face\/hand-off$/);
  await press(page, 'Use my phone');
  const reply: unknown = await (await replied).json();
  await see(page, 'hand-off');
  return handOffGuard.parse(reply);
}

inBrowser('a check handed off to a phone passes there, and the computer shows the result', async () => {
  const subject = await cast().enrolAda('plain');
  const { id, link } = await cast().stage.startStepUp({ connection: 'plain', subject });
  const computer = await cast().openVisitor('ada', { allowsCamera: false, userAgent: firefox });
  const { url, code } = await askForPhone(computer, link);
  expect(await computer.page.locator('.code').textContent()).toBe(code);

  const phone = await cast().openVisitor('ada', { ...devices.phone, isGuided: false });
  await phone.page.goto(url);
  await see(phone.page, 'pairing');
  expect(await phone.page.locator('.facts').textContent()).toMatch(/Firefox, Windows$/);
  expect(await phone.page.locator('.numbers button').allTextContents()).toContain(code);
  await computer.page.getByRole('heading', { name: 'Choose this number on your phone' }).waitFor();
  expect(await computer.page.locator('.code').textContent()).toBe(code);

  const third = await cast().openVisitor('eve', devices.phone);
  expect(await follow(third.page, url)).toBe('opened-elsewhere');

  // A reload goes on where it was.
  await phone.page.reload();
  await see(phone.page, 'pairing');
  await leaveBy(phone.page, code);
  await computer.page.getByRole('heading', { name: 'Your phone is connected' }).waitFor();

  // A phone takes its camera away when a call comes: that is told, and another try opens the camera again.
  await leaveBy(phone.page, 'Start');
  await stopCamera(phone.page);
  await see(phone.page, 'camera-stopped');
  await leaveBy(phone.page, 'Try again');
  expect(await insist(phone.page)).toBe('passed');
  expect(await phone.page.getByText('Go back to your computer').isVisible()).toBe(true);
  await see(computer.page, 'passed');
  expect(await cast().stage.get(`/step-ups/${id}`)).toMatchObject({ state: 'passed' });
  for (const { close } of [computer, phone, third]) await close();
});

inBrowser(
  'if the policy requires a phone, a computer hands off at once without its camera, and a phone continues',
  async () => {
    const subject = await cast().enrolAda('phones');
    const { link } = await cast().stage.startStepUp({ connection: 'phones', subject });
    const computer = await cast().openVisitor('ada', { userAgent: firefox });
    await computer.page.goto(link);
    const replied = computer.page.waitForResponse(/\/face\/hand-off$/);
    await press(computer.page, 'Agree and continue');
    const { url } = handOffGuard.parse(await (await replied).json());
    await see(computer.page, 'hand-off');
    expect(await computer.page.locator('main button').count()).toBe(0);
    expect(computer.requests.filter((address) => /\/face\/challenge/.test(address))).toEqual([]);

    // Another computer that opens the code is told that a phone is needed.
    const another = await cast().openVisitor('ada', { userAgent: firefox, isGuided: false });
    await another.page.goto(url);
    await leaveBy(another.page, (await computer.page.locator('.code').textContent()) ?? '');
    expect(await goAlong(another.page)).toBe('phone-needed');
    for (const { close } of [computer, another]) await close();

    const started = await cast().stage.startStepUp({ connection: 'phones', subject });
    const phone = await cast().openVisitor('ada', { ...devices.phone, userAgent: android, isGuided: false });
    await phone.page.goto(started.link);
    expect(await insist(phone.page)).toBe('passed');
    await phone.close();
  },
);

inBrowser('a link whose reply is lost opens once the network is back, on a phone too', async () => {
  const subject = await cast().enrolAda('plain');
  const { link } = await cast().stage.startStepUp({ connection: 'plain', subject });
  const loseFirst = ({ context }: Visitor) =>
    context.route(
      '**/face/open',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
  const computer = await cast().openVisitor('ada', { allowsCamera: false });
  await loseFirst(computer);
  await computer.page.goto(link);
  await see(computer.page, 'offline');
  await press(computer.page, 'Agree and continue');
  const replied = computer.page.waitForResponse(/\/face\/hand-off$/);
  await press(computer.page, 'Use my phone');
  const reply: unknown = await (await replied).json();
  const phone = await cast().openVisitor('ada', devices.phone);
  await loseFirst(phone);
  await phone.page.goto(handOffGuard.parse(reply).url);
  await see(phone.page, 'offline');
  await see(phone.page, 'pairing');
  await phone.close();
  await computer.close();
});

inBrowser('choosing another number on the phone than the computer shows ends the check', async () => {
  const subject = await cast().enrolAda('plain');
  const { id, link } = await cast().stage.startStepUp({ connection: 'plain', subject });
  const computer = await cast().openVisitor('ada', { allowsCamera: false });
  const { url, code } = await askForPhone(computer, link);
  const phone = await cast().openVisitor('ada', devices.phone);
  await phone.page.goto(url);
  await see(phone.page, 'pairing');
  const choices = await phone.page.locator('.numbers button').allTextContents();
  await press(phone.page, choices.find((choice) => choice !== code)!);
  await see(phone.page, 'refused');
  await see(computer.page, 'refused');
  expect(await cast().stage.get(`/step-ups/${id}`)).toMatchObject({ state: 'failed' });
  await phone.close();
  await computer.close();
});
