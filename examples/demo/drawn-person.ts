import { chromium } from 'playwright-core';
import { fetchDemoPhotos } from '../../src/face/models/fetch.js';
import { seatAda } from '../../support/browser/people.js';
import { receive } from '../../support/browser/visitor.js';
import { insist } from '../../support/browser/walk.js';
import { demoPhotosFolder } from './pictures.js';

/*
 * Opens a capture page link for `facestep try` in a real browser. The browser's camera shows a rendered head that
 * reflects the screen's light. Exits with 0 if the page reports success, else with 1. Arguments: the browser and the
 * link.
 */

const say = (line: string): void => void process.stderr.write(`   ${line}\n`);

const [executablePath = '', link = ''] = process.argv.slice(2);

await fetchDemoPhotos(demoPhotosFolder, say);
const person = await seatAda();
const isRoot = process.getuid?.() === 0;
const browser = await chromium.launch({
  executablePath,
  args: [
    // Chromium's sandbox does not start as root.
    ...(isRoot ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--use-fake-device-for-media-stream',
  ],
});
try {
  const { page } = await receive(browser, { person });
  await page.goto(link);
  const screen = await insist(page);
  if (screen !== 'passed') {
    say(`The page stopped at: ${await page.getByRole('heading').first().textContent()} (${screen})`);
    process.exitCode = 1;
  }
} finally {
  await browser.close();
}
