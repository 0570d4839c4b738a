import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Movement, movements } from '../../../src/core/movements.js';
import { createChance } from '../../../src/measuring/statistics/chance.js';
import { readPeople } from '../../../test/browser/people.js';
import { drawTurn, reframe, turnHead } from '../../../test/face-video/index.js';
import type { Caller } from './caller.js';
import { asSession } from './credentials.js';
import { type FormPart, type Header, toMultipart } from './request.js';

export type Film = Readonly<Record<Movement, readonly Uint8Array[]>>;

const picturesOfEach = 3;

/** Renders pictures of a person who turns the head in each direction. */
export async function shootFilm(): Promise<Film> {
  const { ada } = await readPeople();
  const chance = createChance('siege');
  const film: Record<Movement, Uint8Array[]> = { centre: [], left: [], right: [], up: [], down: [] };
  for (const movement of movements)
    for (let shot = 0; shot < picturesOfEach; shot += 1)
      film[movement].push(await turnHead(ada, drawTurn(movement, chance), chance));
  return film;
}

export interface OpenedPage {
  readonly session: string;
  readonly id: string;
}

const nextGuard = z.object({ movement: z.enum(movements) }).nullable();
const viewGuard = z.object({ id: z.string(), consentNeeded: z.boolean(), consentVersion: z.string() });

export const ticketOf = (link: string): string => new URL(link).hash.slice(1);

export async function openPage(caller: Caller, ticket: string, cookies: readonly Header[] = []): Promise<OpenedPage> {
  const opened = await caller.post('/face/open', { ticket }, cookies);
  const session = opened.text('session');
  const { id, consentNeeded, consentVersion } = viewGuard.parse(opened.body.view);
  if (consentNeeded)
    await caller.post('/face/consent', { version: consentVersion, language: 'en' }, asSession(session));
  return { session, id };
}

/** Minimum time between two poses. The server refuses frames that arrive sooner. */
const betweenFramesMs = 450;

/** Adds a numbered comment to a JPEG file, because the server refuses repeated files (ISO/IEC 10918-1, B.2.4.5). */
function numbered(jpeg: Uint8Array, number: string): Buffer {
  const text = Buffer.from(number);
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)]);
}

/** @returns the form for `/face/frames` */
export async function takeFrames(
  caller: Caller,
  { session, film, mark }: { readonly session: string; readonly film: Film; readonly mark: string },
): Promise<readonly FormPart[]> {
  const headers = asSession(session);
  const challenged = await caller.post('/face/challenge', {}, headers);
  const nonce = challenged.text('nonce');
  const parts: FormPart[] = [['nonce', nonce]];
  for (let next = nextGuard.parse(challenged.body.next); next !== null; ) {
    await sleep(betweenFramesMs);
    const pictures = film[next.movement];
    const seen = await reframe(pictures[parts.length % pictures.length], createChance(mark));
    const photo = numbered(seen, `${mark} ${parts.length}`);
    const digest = createHash('sha256').update(photo).digest('base64url');
    parts.push(['photo', photo]);
    next = nextGuard.parse((await caller.post('/face/challenge/frames', { nonce, digest }, headers)).body.next);
  }
  return parts;
}

/** Runs the capture page's protocol until the face check ends. */
export async function passOnPage(
  caller: Caller,
  { session, film, mark }: { readonly session: string; readonly film: Film; readonly mark: string },
): Promise<boolean> {
  for (let tries = 0; ; tries += 1) {
    const parts = await takeFrames(caller, { session, film, mark: `${mark} ${tries}` });
    const { body } = await caller.postForm('/face/frames', parts, asSession(session));
    if (body.outcome !== 'try_again') return body.outcome === 'passed';
  }
}

export const toFramesRequest = (session: string, parts: readonly FormPart[]) => ({
  method: 'POST',
  path: '/face/frames',
  headers: asSession(session),
  body: toMultipart(parts),
});

/** Begins to lend a phone's camera to the browser with the session `own`. */
export async function startHandOff(caller: Caller, own: string) {
  const begun = await caller.post('/face/hand-off', {}, asSession(own));
  const ticket = ticketOf(begun.text('url'));
  return {
    ...{ ticket, code: begun.text('code') },
    open: async () => (await caller.post('/face/open', { ticket })).text('session'),
  };
}

export const choicePath = '/face/hand-off/choice';

export async function lendCamera(caller: Caller, own: string): Promise<string> {
  const { code, open } = await startHandOff(caller, own);
  const session = await open();
  await caller.post(choicePath, { number: code }, asSession(session));
  return session;
}
