// node scripts/screenshots.mjs [name…]: pictures of every screen of the capture page, from the page itself in Chromium,
// into docs/screens: on a phone and on a desktop, in the light and, for the main ones, in the dark.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setUp } from './setup.mjs';
import { installPrograms } from './system-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line) => process.stderr.write(`${line}\n`);
await setUp({ demoPhotos: true, say });
installPrograms(['chromium'], say);

const load = (file) => import(pathToFileURL(join(root, 'dist/test', file)).href);
const { default: sharp } = await import('sharp');
const { launchChromium } = await load('browser/chromium.js');
const { startPageServer } = await load('browser/page-server.js');
const { makePoses, readPeople } = await load('browser/people.js');
const { devices, reach, screens } = await load('browser/screens.js');

const inTheDark = [
  'consent',
  'place',
  'hand-off',
  'pairing',
  'permission',
  'framing',
  'challenge',
  'try-again',
  'passed',
  'failed',
  'manage',
  'camera-denied',
];
/** In the place of the person: the photos that the tests show to the camera are of real people, and stay out of this folder. */
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
/** Covers every picture of a camera on the page. */
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
const folder = join(root, 'docs', 'screens');
mkdirSync(folder, { recursive: true });

const names = process.argv.slice(2);
const { ada } = await readPeople();
const person = { poses: await makePoses(ada, 'ada'), plan: 'follow', reactionMs: 400 };
const server = await startPageServer();
const browser = await launchChromium({ camera: 'pattern' });
let bytes = 0;
for (const at of screens.filter(({ name }) => names.length === 0 || names.includes(name))) {
  for (const device of at.only === undefined ? Object.keys(devices) : [at.only]) {
    const { page, close } = await reach(browser, server.origin, at, { person, device });
    for (const colorScheme of inTheDark.includes(at.name) ? ['light', 'dark'] : ['light']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // Until the guidance is loaded and has looked at the face.
      if (at.screen === 'framing') await page.locator('.advice[data-tone="good"]').waitFor();
      await page.evaluate(cover, drawing);
      const picture = await sharp(await page.screenshot({ animations: 'disabled' }))
        .webp({ quality: 78 })
        .toBuffer();
      bytes += picture.length;
      writeFileSync(join(folder, `${at.name}-${device}${colorScheme === 'dark' ? '-dark' : ''}.webp`), picture);
    }
    await close();
  }
}
await browser.close();
await server.stop();
say(`${Math.round(bytes / 1024)} KiB in ${folder}`);
