// Used by console-screenshots.mjs and screenshots.mjs: prepares Chromium, and writes the pictures of the documentation.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { listPages } from '../web/docs/pages.mjs';
import { root } from './root.mjs';
import { setUpOrExit } from './setup.mjs';
import { installPrograms } from './system-packages.mjs';

const folder = join(root, 'docs', 'screens');
const texts = listPages(root).map(({ text }) => text);
export const isDocumented = (name) => texts.some((text) => text.includes(`screens/${name}.webp`));
const say = (line) => process.stderr.write(`${line}\n`);

export async function prepare({ demoPhotos }) {
  await setUpOrExit({ demoPhotos, say });
  installPrograms(['chromium'], say);
  mkdirSync(folder, { recursive: true });
}

/** Loads a compiled module. Call `prepare` first. */
export const load = (file) => import(pathToFileURL(join(root, 'dist', file)).href);

let bytes = 0;

export async function takePicture(page, name, options = { animations: 'disabled' }) {
  const shot = sharp(await page.screenshot(options));
  // With few colors the lossless form is smaller.
  const forms = [{ quality: 78 }, { lossless: true }].map((form) => shot.clone().webp(form).toBuffer());
  const [picture] = (await Promise.all(forms)).sort((a, b) => a.length - b.length);
  bytes += picture.length;
  writeFileSync(join(folder, `${name}.webp`), picture);
}

export const sayHowMuch = () => say(`${Math.round(bytes / 1024)} KiB in ${folder}`);
