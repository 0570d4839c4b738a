import { afterAll, beforeAll } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { firstView } from '../first-view.js';
import { hasChromium, launchChromium } from './chromium.js';
import { watchLight } from './in-page/watch-light.js';
import { startPageServer } from './page-server.js';
import { makePoses, readPeople } from './people.js';
import { type Device, devices } from './screens.js';
import { type Replies, rowFor, scriptReplies } from './scripted-replies.js';
import { type Person, receive, type VisitorOptions } from './visitor.js';
import { see } from './walk.js';

interface Place {
  readonly browser: Browser;
  readonly server: Awaited<ReturnType<typeof startPageServer>>;
  readonly person: Person;
}

export function visitsOf(): (about?: Visit) => ReturnType<typeof visit> {
  let place: Place | null = null;
  if (hasChromium) {
    beforeAll(async () => {
      const { ada } = await readPeople();
      place = {
        person: { poses: await makePoses(ada, 'ada'), plan: 'follow', reactionMs: 100 },
        server: await startPageServer(),
        browser: await launchChromium({ camera: 'pattern' }),
      };
    });
    afterAll(async () => {
      await place?.browser.close();
      await place?.server.stop();
    });
  }
  return (about) => {
    if (place === null) throw new Error('nobody is there yet');
    return visit(place, about);
  };
}

const notedGuard = z.object({
  lights: z.array(z.object({ at: z.number(), value: z.string() })),
  said: z.array(z.object({ value: z.string() })),
  filled: z.array(z.object({ value: z.boolean() })),
});
export const readNoted = async (page: Page) => notedGuard.parse(await page.evaluate('window.noted'));

export interface Visit {
  readonly light?: 'offered' | 'demanded';
  readonly device?: Device;
  readonly replies?: Replies;
  readonly before?: string;
  readonly visitor?: VisitorOptions;
}

async function visit(
  { browser, server, person }: Place,
  { light = 'offered', device = 'phone', replies = {}, before = '', visitor = {} }: Visit = {},
) {
  const opened = await receive(browser, { ...devices[device], person, ...visitor });
  const { context, page } = opened;
  await context.addInitScript(watchLight);
  await context.addInitScript(before);
  const view = { ...firstView, light, handOffAllowed: false, fallbackUrl: 'https://help.example.com/' };
  await scriptReplies(context, view, { '/frames': 'hang', ...replies });
  const asked: unknown[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/face/challenge') asked.push(request.postDataJSON());
  });
  await page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await see(page, 'permission');
  return { ...opened, asked };
}

/** Converts a color to the notation of the page's styles. */
const css = (colour: string): string =>
  `rgb(${[1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)).join(', ')})`;
export const rowOf = (axis: 'across' | 'down'): readonly string[] =>
  rowFor(axis).flatMap(({ light }) => (light === null ? [] : [`${axis}: ${css(light.first)}, ${css(light.second)}`]));

/** Returns red's share of linear light. WCAG 2.2 calls 0.8 and more a saturated red. */
export const redShare = ([red = 0, green = 0, blue = 0]: readonly number[]): number =>
  red / Math.max(1e-9, red + green + blue);
export const toLight = (level: number): number => {
  const value = level / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};
