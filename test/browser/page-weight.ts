import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { firstView } from '../first-view.js';
import { scriptReplies } from './scripted-replies.js';
import { receive } from './visitor.js';

/**
 * Weighs what a browser fetches until a person can read the first screen, each file compressed by gzip. The models and
 * the WebAssembly come later.
 * @param origin - of the server
 */
export async function weighPage(browser: Browser, origin: string): Promise<number> {
  const { page, context, close } = await receive(browser);
  const bodies: Promise<Buffer>[] = [];
  page.on('response', (response) => void bodies.push(response.body()));
  await scriptReplies(context, { ...firstView, consentNeeded: true }, {});
  await page.goto(`${origin}/face#${firstView.id}.secret`, { waitUntil: 'networkidle' });
  await page.locator('main[data-screen="consent"]').waitFor();
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
  await close();
  return sizes.reduce((sum, size) => sum + size, 0);
}
