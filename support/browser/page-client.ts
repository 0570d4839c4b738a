import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/base/json.js';
import { type Movement, movements } from '../../src/core/movements.js';

/* The capture page's protocol, without a browser. */

const nextGuard = z.object({ movement: z.enum(movements) }).nullable();
const viewGuard = z.object({ consentNeeded: z.boolean(), consentVersion: z.string() });
const openedGuard = z.object({ session: z.string(), view: viewGuard });
const challengedGuard = z.object({ nonce: z.string(), next: nextGuard });
const committedGuard = z.object({ next: nextGuard, opened: z.array(z.number()) });
const outcomeGuard = z.object({ outcome: z.enum(['passed', 'failed', 'try_again']) });

/** Minimum time between two poses. The server refuses frames that arrive sooner. */
const betweenFramesMs = 450;

const looksOfFrame = 3;

const digestOf = (picture: Uint8Array): string => createHash('sha256').update(picture).digest('base64url');

/** Sends JSON to an endpoint, as the session if there is one. Throws if the server refuses it. */
type Post = (path: string, body: JsonObject, session: string | null) => Promise<unknown>;

/**
 * Opens the page and consents.
 * @returns the session
 */
export async function openPage(post: Post, ticket: string): Promise<string> {
  const { session, view } = openedGuard.parse(await post('/face/open', { ticket }, null));
  if (view.consentNeeded) await post('/face/consent', { version: view.consentVersion, language: 'en' }, session);
  return session;
}

/** Takes the pictures that a challenge asks for. `/face/frames` takes them with the nonce. */
export async function takePictures(
  post: Post,
  session: string,
  take: (movement: Movement, at: number) => Uint8Array | Promise<Uint8Array>,
) {
  const { nonce, next: first } = challengedGuard.parse(await post('/face/challenge', {}, session));
  const photos: Uint8Array<ArrayBuffer>[] = [];
  const taken: Uint8Array<ArrayBuffer>[] = [];
  let opened: readonly number[] = [];
  for (let next = first; next !== null; ) {
    await sleep(betweenFramesMs);
    const photo = Uint8Array.from(await take(next.movement, photos.length));
    const looks: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0; at < looksOfFrame; at += 1)
      looks.push(Uint8Array.from(await take(next.movement, 100 + looksOfFrame * photos.length + at)));
    photos.push(photo);
    const frame = { digest: digestOf(photo), looks: looks.map(digestOf) };
    const committed = committedGuard.parse(await post('/face/challenge/frames', { nonce, ...frame }, session));
    taken.push(...looks);
    ({ next, opened } = committed);
  }
  return { nonce, photos: [...photos, ...opened.flatMap((at) => taken[at] ?? [])] };
}

/** Runs the capture page's protocol with all allowed retries. */
export async function stepUpBySocket(link: string, take: (movement: Movement) => Uint8Array | Promise<Uint8Array>) {
  const { origin, hash } = new URL(link);
  const send = async (path: string, body: FormData | string, headers: Record<string, string>): Promise<unknown> => {
    const response = await fetch(origin + path, { method: 'POST', headers, body });
    const reply: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(reply)}`);
    return reply;
  };
  const post: Post = (path, body, session) =>
    send(path, JSON.stringify(body), {
      'content-type': 'application/json',
      ...(session === null ? {} : { authorization: `Bearer ${session}` }),
    });
  const session = await openPage(post, hash.slice(1));
  for (;;) {
    const { nonce, photos } = await takePictures(post, session, take);
    const form = new FormData();
    form.append('nonce', nonce);
    for (const photo of photos) form.append('photo', new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg');
    const from = performance.now();
    const { outcome } = outcomeGuard.parse(await send('/face/frames', form, { authorization: `Bearer ${session}` }));
    // `resultMs` is the time from the first byte of the last frames to the result.
    if (outcome !== 'try_again') return { outcome, resultMs: performance.now() - from };
  }
}
