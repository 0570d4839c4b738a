import { expect } from '@jest/globals';
import { texts as en } from '../../locales/compiled/capture/page/en.js';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce, useAda, usePage } from '../../support/browser/page-suite.js';
import { reach, type ScreenCase, screens } from '../../support/browser/screens.js';
import { readIn } from '../../support/browser/walk.js';
import { firstView } from '../../support/data/first-view.js';

/* Each screen of the page as people with different eyes, hands and devices meet it. */

const { browser, server } = usePage('pattern');
const ada = useAda();

/** Nothing is under way, or the screen itself asks whether it shall be. */
const withoutWayOut =
  /^(opening|locked-out-ways|arrived|consent|action|pairing|call|ways|choice|help|recovery|refused|passed|failed|expired|abandoned|manage|revoke|kiosk|opened-elsewhere|enrolled-already|company-photo|link-(missing|over)|finished)/;
const hasWayOut = ({ name }: ScreenCase): boolean => !withoutWayOut.test(name);

for (const at of screens) {
  inBrowserAtOnce(`${at.name}: the screen is accessible in both color schemes, narrow and right to left`, async () => {
    const { page, requests, complaints, close } = await reach(browser(), server.origin, at, {
      person: ada(),
      device: at.only ?? 'desktop',
    });
    // Whatever is asked for: where there is something to stop, the way out stands there and says what it does.
    const out = page.getByRole('button', { name: 'I can’t do this', description: /^This ends the check/ });
    expect([at.name, await out.count()]).toEqual([at.name, hasWayOut(at) ? 1 : 0]);
    // Two looks, so that each colour scheme, width and direction is seen on every screen.
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 1280, height: 800 });
    await expectWithinReach(page, { look: 'dark, 1280 px' });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 320, height: 640 });
    await readIn(page, 'ar');
    await expectWithinReach(page, { look: 'light, 320 px, right to left' });
    expect(await page.evaluate('document.documentElement.dir')).toBe('rtl');
    expect(complaints.filter((line) => !/Failed to load resource/.test(line))).toEqual([]);
    expect(requests.filter((url) => new URL(url).origin !== server.origin)).toEqual([]);
    await close();
  });
}

inBrowserAtOnce(
  'the consent screen names the organization and links to the person’s own page in a new tab',
  async () => {
    const at = screens.find(({ name }) => name === 'consent-enrol')!;
    const { page, close } = await reach(browser(), server.origin, at, { person: ada(), device: 'desktop' });
    await page.getByText(en.consent.details).click();
    const link = page.getByRole('link', { name: 'Open my page' });
    expect(await link.getAttribute('href')).toBe('https://face.example.com/me/acme');
    expect(await link.getAttribute('target')).toBe('_blank');
    expect(await page.locator('main').textContent()).toContain(String(firstView.organisation));
    await close();
  },
);

const saidOn = async (name: string): Promise<string> => {
  const at = screens.find((each) => each.name === name)!;
  const { page, close } = await reach(browser(), server.origin, at, { person: ada(), device: 'phone' });
  const text = String(await page.locator('main').textContent());
  await close();
  return text;
};

for (const { name, sent, notSent } of [
  { name: 'the set-up link', sent: 'link-sent', notSent: 'link-not-sent' },
  { name: 'a one-time code', sent: 'ways-code-wrong', notSent: 'ways-code-not-sent' },
]) {
  inBrowserAtOnce(`the page says of ${name} that it was sent only if the server sent it`, async () => {
    const said = await saidOn(sent);
    const saidNot = await saidOn(notSent);
    expect(said).toMatch(/We sent the link|was sent to the e-mail address/);
    expect(said).not.toContain('nothing was sent');
    expect(saidNot).toContain('This server isn’t set up to send the message, so nothing was sent. Ask your help desk.');
    expect(saidNot).not.toMatch(/We sent|was sent to|Check your e-mail/);
  });
}

inBrowserAtOnce('the own page promises no e-mails if the server cannot send any', async () => {
  expect(await saidOn('manage-notices')).toContain('E-mail me when');
  const said = await saidOn('manage-notices-no-email');
  expect(said).toContain('This server isn’t set up to send e-mails, so you get none.');
  expect(said).not.toContain('E-mail me when');
});

inBrowserAtOnce('the consent text says what Amazon Web Services may keep only if its check is used', async () => {
  const kept = 'Amazon Web Services may keep it to improve its services, also in another region, unless';
  expect(await saidOn('consent-vendor')).toContain(kept);
  expect(await saidOn('consent')).not.toContain('Amazon');
});

inBrowserAtOnce(
  'the page offers no codes during a lockout, because they are refused; the help desk can be asked',
  async () => {
    const said = await saidOn('locked-out-ways');
    expect(said).toContain(en.help.ask);
    for (const name of Object.values(en.ways.names)) expect(said).not.toContain(name);
  },
);

inBrowserAtOnce('the page speaks of deleted pictures only if a camera was used', async () => {
  for (const name of ['passed', 'failed']) {
    expect(await saidOn(name)).toContain('pictures have been deleted');
    const ofTest = await saidOn(`${name}-test`);
    expect(ofTest).toContain(en.testPerson.ended);
    expect(ofTest).not.toContain('pictures');
  }
});

inBrowserAtOnce(
  'after another number than that of the help desk, the page says that no picture was taken',
  async () => {
    const said = await saidOn('call-refused');
    expect(said).toContain(en.call.refusedText);
    expect(said).not.toContain(en.failed.text);
  },
);

inBrowserAtOnce('the consent text names the person’s own page only if there is one', async () => {
  expect(await saidOn('consent-enrol')).toContain('on your own page for face checks');
  const said = await saidOn('consent');
  expect(said).not.toContain('own page');
  expect(said).toContain(`by asking ${firstView.organisation}`);
});

inBrowserAtOnce('an own page that may not replace the face says what may', async () => {
  const said = await saidOn('manage-home');
  expect(said).toContain('open this page with a face check, or ask your help desk');
  expect(said).not.toContain('link from your organization');
});
