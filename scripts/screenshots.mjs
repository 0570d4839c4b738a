// node scripts/screenshots.mjs [name…]: takes the documentation's pictures of the capture page and of the examples in
// Chromium.
import { isDocumented, load, prepare, sayHowMuch, takePicture } from './screen-pictures.mjs';

await prepare({ demoPhotos: true });
const { launchChromium } = await load('support/browser/chromium.js');
const { renderLinked, renderSample, renderUnlinked } = await load('test/browser/consent-page.js');
const { renderDesk, renderPhone } = await load('test/browser/counter-pages.js');
const { renderOffer } = await load('test/browser/credential-pages.js');
const { renderOrganisationSample } = await load('test/browser/organisation-page.js');
const { startPageServer } = await load('support/browser/page-server.js');
const { makePoses, readPeople } = await load('support/browser/people.js');
const { renderList, renderPlace } = await load('examples/check-in/server.js');
const { startDoor } = await load('examples/door/server.js');
const { receive } = await load('support/browser/visitor.js');
const { devices, reach, screens } = await load('support/browser/screens.js');

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

const names = process.argv.slice(2);
const schemes = ['light', 'dark'];
const toName = (name, device, colorScheme) => `${name}-${device}${colorScheme === 'dark' ? '-dark' : ''}`;
const isAsked = (name) => names.length === 0 || names.includes(name);
const { ada } = await readPeople();
const person = { poses: await makePoses(ada, 'ada'), plan: 'follow', reactionMs: 400 };
const server = await startPageServer();
const browser = await launchChromium({ camera: 'pattern' });
for (const at of screens.filter(({ name }) => isAsked(name))) {
  for (const device of at.only === undefined ? Object.keys(devices) : [at.only]) {
    const wanted = schemes.filter((scheme) => isDocumented(toName(at.name, device, scheme)));
    if (wanted.length === 0) continue;
    const { page, close } = await reach(browser, server.origin, at, { person, device });
    for (const colorScheme of wanted) {
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
const came = Date.UTC(2026, 10, 22, 8, 55);
const visits = [
  { id: '2', place: 'North Hall', enteredAt: came, leftAt: null },
  { id: '1', place: 'City Library', enteredAt: came - 86_400_000, leftAt: came - 79_200_000 },
];
const link = 'https://check-in.example.com/in/north?code=kZ3bV6qL9wY4eJ0s';
const content = (render) => () => String(render('en').bytes);
/** Pages of the server and of the examples, by picture, with the height of the window. */
const pages = {
  'consented-data-phone': [740, content(renderSample)],
  'several-sources-before-phone': [740, content(renderUnlinked)],
  'several-sources-phone': [740, content(renderLinked)],
  'organisations-phone': [740, content(renderOrganisationSample)],
  'credential-phone': [740, content(renderOffer)],
  'in-person-desk': [640, renderDesk],
  'in-person-phone': [640, renderPhone],
  'check-in-place-phone': [740, () => renderPlace('North Hall', link, 12)],
  'check-in-list-phone': [740, () => renderList(visits, (place) => place, 14)],
};
for (const [name, [height, render]] of Object.entries(pages).filter(([name]) => isAsked(name))) {
  const page = await browser.newPage({ ...devices.phone, viewport: { width: 360, height } });
  await page.setContent(render());
  await takePicture(page, name, { fullPage: !name.startsWith('check-in') });
}
if (isAsked('door')) {
  const door = await startDoor({
    port: 0,
    openRoster: () => Promise.reject(new Error('the screenshots search no roster')),
  });
  // The page's content security policy would forbid the drawn person.
  const { page, close } = await receive(browser, { person, bypassCSP: true, ...devices.desktop });
  await page.route('**/look', (route) => route.fulfill({ json: { openedAt: '2026-11-22T08:55:07.000Z' } }));
  await page.goto(door.url);
  await page.locator('#open[data-open]').waitFor();
  await page.evaluate(cover, drawing);
  await takePicture(page, 'door-desktop');
  await close();
  await door.close();
}
await browser.close();
await server.stop();
sayHowMuch();
