// node scripts/screenshots.mjs [name…]: takes pictures of the capture page's screens in Chromium.
import { load, prepare, sayHowMuch, takePicture } from './screen-pictures.mjs';

await prepare({ demoPhotos: true });
const { launchChromium } = await load('test/browser/chromium.js');
const { renderLinked, renderSample, renderUnlinked } = await load('test/browser/consent-page.js');
const { renderDesk, renderPhone } = await load('test/browser/counter-pages.js');
const { renderOffer } = await load('test/browser/credential-pages.js');
const { renderPortal, renderWalletAsked } = await load('test/browser/card-sign-in-pages.js');
const { renderOrganisationSample } = await load('test/browser/organisation-page.js');
const { startPageServer } = await load('test/browser/page-server.js');
const { makePoses, readPeople } = await load('test/browser/people.js');
const { renderList, renderPlace } = await load('examples/check-in/pages.js');
const { startDoor } = await load('examples/door/server.js');
const { receive } = await load('test/browser/visitor.js');
const { devices, reach, screens } = await load('test/browser/screens.js');

const inTheDark = [
  'consent',
  'hand-off',
  'pairing',
  'permission',
  'framing',
  'challenge',
  'try-again',
  'passed',
  'failed',
  'manage',
  'manage-home',
  'camera-denied',
];
const drawing = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" preserveAspectRatio="xMidYMid slice">
    <rect width="640" height="480" fill="#b9c4c9"/>
    <path d="M150 480c0-110 75-150 170-150s170 40 170 150z" fill="#5d7f8c"/>
    <path d="M285 300h70v60c0 25-70 25-70 0z" fill="#d9a581"/>
    <ellipse cx="320" cy="220" rx="88" ry="112" fill="#e8b894"/>
    <path d="M228 215c-6-90 40-125 92-125s98 35 92 125c-14-40-30-62-60-70-40 14-90 14-118 70z" fill="#4a3427"/>
    <g fill="#33261f"><circle cx="288" cy="218" r="8"/><circle cx="352" cy="218" r="8"/></g>
    <path d="M320 228l-9 34h16" fill="none" stroke="#b98562" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>
    <path d="M292 284q28 20 56 0" fill="none" stroke="#a3563f" stroke-width="7" stroke-linecap="round"/>
  </svg>`,
)}`;
const cover = (source) => {
  for (const shown of document.querySelectorAll('video, img[src^="blob:"]')) {
    const still = document.createElement('img');
    still.src = source;
    still.alt = '';
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = shown;
    const box = {
      left: `${offsetLeft}px`,
      top: `${offsetTop}px`,
      width: `${offsetWidth}px`,
      height: `${offsetHeight}px`,
    };
    Object.assign(still.style, { ...box, position: 'absolute', objectFit: 'cover' });
    shown.style.visibility = 'hidden';
    shown.after(still);
  }
};

const toName = (name, device, colorScheme) => `${name}-${device}${colorScheme === 'dark' ? '-dark' : ''}`;
const names = process.argv.slice(2);
const { ada } = await readPeople();
const person = { poses: await makePoses(ada, 'ada'), plan: 'follow', reactionMs: 400 };
const server = await startPageServer();
const browser = await launchChromium({ camera: 'pattern' });
/** The scripted server still replies with the deleted data, so a picture of this screen would wrongly show it. */
const withoutPicture = ['manage-revoked'];
const wanted = ({ name }) => (names.length === 0 ? !withoutPicture.includes(name) : names.includes(name));
for (const at of screens.filter(wanted)) {
  for (const device of at.only === undefined ? Object.keys(devices) : [at.only]) {
    const { page, close } = await reach(browser, server.origin, at, { person, device });
    for (const colorScheme of inTheDark.includes(at.name) ? ['light', 'dark'] : ['light']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // Wait until the guidance is loaded and has examined the face.
      await page.evaluate(cover, drawing);
      if (at.name.startsWith('manage-notices'))
        await page.locator('[data-section="notices"]').evaluate((part) => part.scrollIntoView());
      const whole = at.name === 'manage-home' ? [{ fullPage: true }] : [];
      await takePicture(page, toName(at.name, device, colorScheme), ...whole);
    }
    await close();
  }
}
const providerPages = {
  'consented-data': renderSample,
  'several-sources-before': renderUnlinked,
  'several-sources': renderLinked,
  organisations: renderOrganisationSample,
  credential: renderOffer,
};
for (const [name, render] of Object.entries(providerPages)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const page = await browser.newPage({ ...devices.phone, viewport: { width: 360, height: 740 } });
  await page.setContent(String(render('en').bytes));
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await takePicture(page, toName(name, 'phone', colorScheme), { fullPage: true });
  }
}
if (names.length === 0 || names.includes('in-person')) {
  const page = await browser.newPage({ ...devices.phone, viewport: { width: 360, height: 640 } });
  for (const [name, render] of Object.entries({ desk: renderDesk, phone: renderPhone })) {
    await page.setContent(render());
    await takePicture(page, `in-person-${name}`, { fullPage: true });
  }
}
if (names.length === 0 || names.includes('card-sign-in')) {
  const page = await browser.newPage({ ...devices.phone, viewport: { width: 360, height: 740 } });
  for (const [name, render] of Object.entries({ portal: renderPortal, wallet: renderWalletAsked })) {
    await page.setContent(render());
    await takePicture(page, toName(`card-sign-in-${name}`, 'phone', 'light'), { fullPage: true });
  }
}
if (names.length === 0 || names.includes('check-in')) {
  const page = await browser.newPage({ ...devices.phone, viewport: { width: 360, height: 740 } });
  const link = 'https://check-in.example.com/in/north?code=kZ3bV6qL9wY4eJ0s';
  const came = Date.UTC(2026, 10, 22, 8, 55);
  const visits = [
    { id: '2', place: 'North Hall', enteredAt: came, leftAt: null },
    { id: '1', place: 'City Library', enteredAt: came - 86_400_000, leftAt: came - 79_200_000 },
  ];
  const pages = { place: renderPlace('North Hall', link, 12), list: renderList(visits, (place) => place, 14) };
  for (const [name, content] of Object.entries(pages)) {
    await page.setContent(content);
    await takePicture(page, toName(`check-in-${name}`, 'phone', 'light'));
  }
}
if (names.length === 0 || names.includes('door')) {
  const door = await startDoor({ port: 0, openRoster: () => Promise.reject(new Error('nobody is looked for')) });
  for (const device of Object.keys(devices)) {
    // The page's content security policy would forbid the drawn person.
    const { page, close } = await receive(browser, { person, bypassCSP: true, ...devices[device] });
    await page.route('**/look', (route) => route.fulfill({ json: { openedAt: '2026-11-22T08:55:07.000Z' } }));
    await page.goto(door.url);
    await page.locator('#open[data-open]').waitFor();
    await page.evaluate(cover, drawing);
    await takePicture(page, toName('door', device, 'light'));
    await close();
  }
  await door.close();
}
await browser.close();
await server.stop();
sayHowMuch();
