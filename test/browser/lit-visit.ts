import type { Page } from 'playwright-core';
import { z } from 'zod';
import { watchLight } from '../../support/browser/in-page/watch-light.js';
import { useAda, usePage } from '../../support/browser/page-suite.js';
import { type Device, devices } from '../../support/browser/screens.js';
import { type Replies, rowFor, scriptReplies } from '../../support/browser/scripted-replies.js';
import type { VisitorOptions } from '../../support/browser/visitor.js';
import { see } from '../../support/browser/walk.js';
import { firstView } from '../../support/data/first-view.js';

const notedGuard = z.object({
  lights: z.array(z.object({ at: z.number(), value: z.string() })),
  said: z.array(z.object({ value: z.string() })),
  filled: z.array(z.object({ value: z.boolean() })),
});
export const readNoted = async (page: Page) => notedGuard.parse(await page.evaluate('window.noted'));

interface PageScenario {
  readonly light?: 'offered' | 'demanded';
  readonly device?: Device;
  readonly replies?: Replies;
  readonly before?: string;
  readonly visitor?: VisitorOptions;
}

export function visitsOf() {
  const { server, receive } = usePage('pattern');
  const ada = useAda();
  return async ({
    light = 'offered',
    device = 'desktop',
    replies = {},
    before = '',
    visitor = {},
  }: PageScenario = {}) => {
    const opened = await receive({ ...devices[device], person: ada(), ...visitor });
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
  };
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
