// What both makers of pictures do: bring the house and Chromium up, and write what a page shows into docs/screens.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { setUpOrExit } from './setup.mjs';
import { installPrograms } from './system-packages.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs', 'screens');
const say = (line) => process.stderr.write(`${line}\n`);

export async function prepare({ demoPhotos }) {
  await setUpOrExit({ demoPhotos, say });
  installPrograms(['chromium'], say);
  mkdirSync(folder, { recursive: true });
}

/** A compiled module, which is there after `prepare`. */
export const load = (file) => import(pathToFileURL(join(root, 'dist', file)).href);

let bytes = 0;

export async function takePicture(page, name, options = { animations: 'disabled' }) {
  const shot = sharp(await page.screenshot(options));
  // Of a page with few colours the lossless form is the smaller one.
  const forms = [{ quality: 78 }, { lossless: true }].map((form) => shot.clone().webp(form).toBuffer());
  const [picture] = (await Promise.all(forms)).sort((a, b) => a.length - b.length);
  bytes += picture.length;
  writeFileSync(join(folder, `${name}.webp`), picture);
}

export const sayHowMuch = () => say(`${Math.round(bytes / 1024)} KiB in ${folder}`);
