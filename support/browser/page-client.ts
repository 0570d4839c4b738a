import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/base/json.js';
import { type Movement, movements } from '../../src/core/movements.js';
import { encryptPictures } from '../../src/face/engine/picture-encryption.js';

/* The capture page's protocol, without a browser. */

const nextGuard = z.object({ movement: z.enum(movements) }).nullable();
const viewGuard = z.object({ consentNeeded: z.boolean(), consentVersion: z.string() });
const openedGuard = z.object({ session: z.string(), view: viewGuard });
const challengedGuard = z.object({ nonce: z.string(), next: nextGuard });
const committedGuard = z.object({ next: nextGuard, opened: z.array(z.number()) });
const keysGuard = z.object({ keys: z.array(z.string()) });
const outcomeGuard = z.object({ outcome: z.enum(['passed', 'failed', 'try_again']) });

/** Minimum time between two poses. The server refuses frames that arrive sooner. */
const betweenFramesMs = 450;

const looksOfFrame = 3;

const digestOf = (picture: Uint8Array): string => createHash('sha256').update(picture).digest('base64url');

/** Sends JSON to an endpoint, or gets its reply, as the session if there is one. Throws if the server refuses it. */
type Post = (path: string, body: JsonObject | null, session: string | null) => Promise<unknown>;

/**
 * Opens the page and consents.
 * @returns the session
 */
export async function openPage(post: Post, ticket: string): Promise<string> {
  const { session, view } = openedGuard.parse(await post('/face/open', { ticket }, null));
  if (view.consentNeeded) await post('/face/consent', { version: view.consentVersion, language: 'en' }, session);
  return session;
}

const toBase64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Encrypts pictures as the page does. @returns `contentKeys` is `null`, and the pictures are as given, without keys */
export async function encryptTo(
  keys: readonly string[],
  pictures: readonly Uint8Array<ArrayBuffer>[],
  context: string,
) {
  if (keys.length === 0) return { photos: pictures, contentKeys: null };
  const publicKeys = keys.map((key) => Uint8Array.from(Buffer.from(key, 'base64url')));
  const { contentKeys, encrypted } = await encryptPictures(pictures, publicKeys, context, (length) =>
    Uint8Array.from(randomBytes(length)),
  );
  const named = keys.map((key, at) => [key, toBase64url(contentKeys[at])]);
  return { photos: encrypted, contentKeys: JSON.stringify(Object.fromEntries(named)) };
}

/** Takes the pictures that a challenge asks for, and reads the keys to encrypt them to. */
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
  const { keys } = keysGuard.parse(await post('/face/picture-keys', null, session));
  return { nonce, keys, photos: [...photos, ...opened.flatMap((at) => taken[at] ?? [])] };
}

type Send = () => Promise<unknown>;

/**
 * Runs the capture page's protocol with all allowed retries.
 * @param whileSending - sends the encrypted pictures, and may look around meanwhile
 */
export async function stepUpBySocket(
  link: string,
  take: (movement: Movement) => Uint8Array | Promise<Uint8Array>,
  whileSending: (photos: readonly Uint8Array[], sendThem: Send) => Promise<unknown> = (_, sendThem) => sendThem(),
) {
  const { origin, hash } = new URL(link);
  const send = async (
    path: string,
    body: FormData | string | null,
    headers: Record<string, string>,
  ): Promise<unknown> => {
    const response = await fetch(origin + path, { method: body === null ? 'GET' : 'POST', headers, body });
    const reply: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(reply)}`);
    return reply;
  };
  const post: Post = (path, body, session) =>
    send(path, body === null ? null : JSON.stringify(body), {
      'content-type': 'application/json',
      ...(session === null ? {} : { authorization: `Bearer ${session}` }),
    });
  const session = await openPage(post, hash.slice(1));
  for (;;) {
    const { nonce, keys, photos: taken } = await takePictures(post, session, take);
    const { photos, contentKeys } = await encryptTo(keys, taken, nonce);
    const form = new FormData();
    form.append('nonce', nonce);
    if (contentKeys !== null) form.append('contentKeys', contentKeys);
    for (const photo of photos) form.append('photo', new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg');
    const from = performance.now();
    const sendThem: Send = () => send('/face/frames', form, { authorization: `Bearer ${session}` });
    const { outcome } = outcomeGuard.parse(await whileSending(photos, sendThem));
    // `resultMs` is the time from the first byte of the last frames to the result.
    if (outcome !== 'try_again') return { outcome, resultMs: performance.now() - from };
  }
}
