import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { patienceMs } from '../run/patience.js';
import { lightCamera } from './in-page/lit-camera.js';
import { playPerson } from './in-page/synthetic-person.js';
import { watchPage } from './in-page/watch-page.js';

/**
 * How the person moves: as asked, mirrored, not at all (a photo), out of the picture, or in a fixed sequence (a
 * recording).
 */
export type Plan =
  | 'follow'
  | 'mirrored'
  | 'still'
  | 'away'
  | readonly { readonly movement: string; readonly ms: number }[];

/** Base64 JPEGs by movement, from the center to the final pose. */
export type Poses = Readonly<Record<'centre' | 'left' | 'right' | 'up' | 'down', readonly string[]>>;

/** How the scene reflects the screen's light. If absent, the pictures are injected and reflect no light. */
export interface Lighting {
  /** Light of a white screen on the face, relative to the existing light. */
  readonly gain: number;
  /** Light of a white screen on the surroundings, as a share of its light on the face. 1 means a flat sheet. */
  readonly around: number;
  /** Indices of the channels that replace red, green and blue; `[0, 1, 2]` keeps the colors. */
  readonly colours: readonly [number, number, number];
  readonly nose: { readonly x: number; readonly y: number; readonly halfWidth: number };
  /** True if the picture shows reflections of glass, which add light everywhere. */
  readonly glass: boolean;
}

export interface Person {
  readonly poses: Poses;
  readonly plan: Plan;
  /** Delay before a movement, in milliseconds. */
  readonly reactionMs: number;
  /** Duration of a movement in milliseconds; by default 50 for each picture. */
  readonly turnMs?: number;
  readonly lighting?: Lighting;
}

/** A person with their own browser: no shared cookies, storage or permissions. */
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
  /** True if the page gets the models for face guidance. Without the models, the page takes pictures at fixed times. */
  readonly isGuided?: boolean;
}

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
