import type { BrowserContext, Route } from 'playwright-core';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Movement } from '../../src/core/movements.js';
import {
  type ScreenAxis,
  type ScreenColour,
  type ScreenLight,
  screenAxes,
  screenColours,
} from '../../src/core/screen-light.js';
import { firstView } from '../data/first-view.js';

/* Scripted server replies, for rare or slow screens. */

/** Reply or error code. `hang` never answers, `lost` fails like a lost network connection. */
export type Reply = JsonObject | { readonly refusal: string; readonly waitSec?: number } | 'hang' | 'lost';

/** Replies by path below `/face`, such as `/consent`. */
export type Replies = Readonly<Record<string, Reply>>;

const movements = ['centre', 'left', 'up'] as const;

/** Returns a challenge like the server's, with every color. */
export function rowFor(
  axis: ScreenAxis | null,
): readonly { readonly movement: Movement; readonly light: ScreenLight | null }[] {
  if (axis === null) return movements.map((movement) => ({ movement, light: null }));
  const light = (first: ScreenColour, second = first) => ({ axis, first, second });
  const colourAt = (at: number): ScreenColour => screenColours[at % screenColours.length]!;
  return movements.flatMap((movement, at) =>
    [
      ...(at === 0 ? [light('#68ff68', '#ff68ff'), light('#ff68ff', '#68ff68')] : []),
      light(colourAt(at)),
      light(colourAt(at + 3)),
    ].map((each) => ({ movement, light: each })),
  );
}
const draftGuard = z.object({ light: z.enum(screenAxes).optional() });
const nonce = 'bm9uY2U';

const isJson = (route: Route): boolean => route.request().headers()['content-type'] === 'application/json';
const isRefusal = (reply: object): reply is { refusal: string; waitSec?: number } => 'refusal' in reply;

export async function scriptReplies(context: BrowserContext, view: JsonObject, given: Replies): Promise<void> {
  let told = 0;
  let row = rowFor(null);
  const next = () => (told < row.length ? { index: told, of: row.length, ...row[told]! } : null);
  const usual: Record<string, (body: unknown) => Reply> = {
    '/open': () => ({ session: 'c2Vzc2lvbg', view }),
    '/session': () => ({ view, receipt: null }),
    '/consent': () => ({ view: { ...view, consentNeeded: false } }),
    '/challenge': (body) => {
      told = 0;
      row = rowFor(draftGuard.parse(body).light ?? null);
      return { nonce, expiresAt: firstView.expiresAt, next: next() };
    },
    '/challenge/frames': () => {
      told += 1;
      return { next: next(), opened: [] };
    },
    '/hand-off': () => ({
      url: 'https://login.example.com/face#handoff.AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB',
      code: '47',
    }),
    '/picture-keys': () => ({ keys: [] }),
    '/decline': () => ({ view: { ...view, state: 'abandoned' } }),
    '/kiosk/next': () => ({ ticket: null, page: null }),
  };
  await context.route(
    ({ pathname }) => /^\/face\/(?!assets|models|brand|kiosk$|notice-worker)./.test(pathname),
    async (route) => {
      const path = new URL(route.request().url()).pathname.replace(/^\/face/, '');
      const reply = given[path] ??
        usual[path]?.(isJson(route) ? route.request().postDataJSON() : null) ?? { refusal: 'not_found' };
      if (reply === 'hang') return;
      if (reply === 'lost') return route.abort('internetdisconnected');
      if (!isRefusal(reply)) return route.fulfill({ json: { ok: true, ...reply } });
      const { refusal, waitSec } = reply;
      return route.fulfill({
        status: 400,
        json: { ok: false, error: 'Refused.', code: refusal },
        headers: waitSec === undefined ? {} : { 'retry-after': String(waitSec) },
      });
    },
  );
}
