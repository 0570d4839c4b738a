import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { patienceMs } from '../patience.js';
import { lightCamera } from './in-page/lit-camera.js';
import { playPerson } from './in-page/synthetic-person.js';
import { watchPage } from './in-page/watch-page.js';

/** Movements of the person: as asked, mirrored, none (a photo), absent, or a fixed list in a loop (a recording). */
export type Plan =
  | 'follow'
  | 'mirrored'
  | 'still'
  | 'away'
  | readonly { readonly movement: string; readonly ms: number }[];

/** Base64 JPEGs by movement, from the center to the final pose. */
export type Poses = Readonly<Record<'centre' | 'left' | 'right' | 'up' | 'down', readonly string[]>>;

/** How the scene reflects the screen's light; without it, the pictures are injected. */
export interface Lighting {
  /** Light of a white screen on the face, relative to the existing light. */
  readonly gain: number;
  /** Its share on the surroundings; 1 is a flat sheet. */
  readonly around: number;
  /** The channel that replaces each of red, green and blue. */
  readonly colours: readonly [number, number, number];
  readonly nose: { readonly x: number; readonly y: number; readonly halfWidth: number };
  /** True for reflections of glass: added to the whole picture, relative to white. */
  readonly glass: boolean;
}

export interface Person {
  readonly poses: Poses;
  readonly plan: Plan;
  /** Delay of the movement. */
  readonly reactionMs: number;
  /** Duration of a movement; by default 50 ms for each picture. */
  readonly turnMs?: number;
  readonly lighting?: Lighting;
}

/** A person with a separate browser: no shared cookies, storage or permissions. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface VisitorOptions extends BrowserContextOptions {
  readonly person?: Person | null;
  readonly allowsCamera?: boolean;
  /** True if the page gets the guidance models; without them it takes pictures by the clock. */
  readonly isGuided?: boolean;
}

/** Opens a separate browser window for a person. */
export async function receive(
  browser: Browser,
  { person = null, allowsCamera = true, isGuided = true, ...options }: VisitorOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patienceMs);
  if (allowsCamera) await context.grantPermissions(['camera']);
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  await context.exposeFunction('reportViolation', (directive: string) => complaints.push(`policy: ${directive}`));
  await context.addInitScript(watchPage);
  if (person?.lighting !== undefined) await context.addInitScript(lightCamera, person.lighting);
  if (person !== null) await context.addInitScript(playPerson, person);
  if (!isGuided) await context.route('**/face/models/**', (route) => route.abort());
  const page = await context.newPage();
  return { context, page, requests, complaints, close: () => context.close() };
}
