import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { patienceMs } from '../patience.js';
import { lightCamera } from './in-page/lit-camera.js';
import { playPerson } from './in-page/synthetic-person.js';
import { watchPage } from './in-page/watch-page.js';

/**
 * How somebody in front of the camera moves: as the page asks, the wrong way round, not at all (as a photo does), is not
 * even there, or moves by a list of their own, over and over (as a recording does).
 */
export type Plan =
  | 'follow'
  | 'mirrored'
  | 'still'
  | 'away'
  | readonly { readonly movement: string; readonly ms: number }[];

/** The pictures of a person for each movement: the way there from the centre, the last one at its end. JPEG in base64. */
export type Poses = Readonly<Record<'centre' | 'left' | 'right' | 'up' | 'down', readonly string[]>>;

/** How what is before the camera answers the light of the page's screen; whoever has none is a picture that was put in its place. */
export interface Lighting {
  /** The light of a white screen on the face, as a share of what shines there already. */
  readonly gain: number;
  /** Its share on what is around the face; at 1 all is one sheet, without a shape. */
  readonly around: number;
  /** Which of the told channels shines as red, green and blue. */
  readonly colours: readonly [number, number, number];
  /** Where it stands out of the face, in pixels of the person's pictures. */
  readonly nose: { readonly x: number; readonly y: number; readonly halfWidth: number };
  /** Light that is thrown back by glass before the picture: added to all of it, whatever it shows, as a share of white. */
  readonly glass: boolean;
}

export interface Person {
  readonly poses: Poses;
  readonly plan: Plan;
  /** From the moment the page asks for a movement to the moment the head begins to turn. */
  readonly reactionMs: number;
  /** How long it takes from one movement to the next; without, 50 ms for each picture on the way. */
  readonly turnMs?: number;
  readonly lighting?: Lighting;
}

/** Somebody with a browser of their own: no cookie, no storage and no permission is shared with another visitor. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** The address of every request, navigations and blobs too. */
  readonly requests: readonly string[];
  /** What the page told its console as an error, what it threw, and each breach of its content security policy. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface VisitorOptions extends BrowserContextOptions {
  /** Who is in front of the camera; `null` leaves the browser's own camera. */
  readonly person?: Person | null;
  /** Whether the browser's question about the camera is answered with yes. */
  readonly allowsCamera?: boolean;
  /** Whether the page gets the models that guide people. Without them it takes its pictures by the clock. */
  readonly isGuided?: boolean;
}

/** Opens a browser window of its own for somebody. */
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
