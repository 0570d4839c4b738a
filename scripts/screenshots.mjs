// node scripts/screenshots.mjs [name…]: pictures of every screen of the capture page, from the page itself in Chromium,
// into docs/screens: on a phone and on a desktop, in the light and, for the main ones, in the dark.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installChromium } from './browser.mjs';
import { setUp } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line) => process.stderr.write(`${line}\n`);
await setUp({ demoPhotos: true, say });
installChromium(say);

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
  'code',
  'permission',
  'framing',
  'challenge',
  'try-again',
  'passed',
  'failed',
  'manage',
  'camera-denied',
];
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
