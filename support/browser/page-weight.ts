import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { firstView } from '../data/first-view.js';
import { scriptReplies } from './scripted-replies.js';
import { receive } from './visitor.js';

export interface PageWeight {
  /** Sum of the sizes of all files, each compressed with gzip. */
  readonly gzipBytes: number;
  readonly requests: number;
  /** Sum of the time in milliseconds by which main-thread tasks exceed 50 ms. */
  readonly blockedMs: number;
}

/** Long tasks by the browser's definition: https://www.w3.org/TR/longtasks-1/ */
const watchLongTasks = `
  globalThis.blockedMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.blockedMs += duration - 50;
  }).observe({ type: 'longtask', buffered: true });
`;

/**
 * Measures what a browser fetches before the first screen is readable. The face guidance is left out, because the page
 * loads the guidance only afterwards.
 */
export async function weighPage(browser: Browser, origin: string): Promise<PageWeight> {
  const { page, context, close } = await receive(browser);
  const bodies: Promise<Buffer>[] = [];
  page.on('response', (response) => void bodies.push(response.body()));
  await context.addInitScript(watchLongTasks);
  await scriptReplies(context, { ...firstView, consentNeeded: true, phoneNeeded: true }, {});
  await page.goto(`${origin}/face#${firstView.id}.secret`, { waitUntil: 'networkidle' });
  await page.locator('main[data-screen="consent"]').waitFor();
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
  const blockedMs = Number(await page.evaluate('globalThis.blockedMs'));
  await close();
  return { gzipBytes: sizes.reduce((sum, size) => sum + size, 0), requests: sizes.length, blockedMs };
}
