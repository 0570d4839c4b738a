import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Movement, movements } from '../../src/core/movements.js';

const nextGuard = z.object({ movement: z.enum(movements) }).nullable();
const viewGuard = z.object({ consentNeeded: z.boolean(), consentVersion: z.string(), state: z.string() });
const openedGuard = z.object({ session: z.string(), view: viewGuard });
const challengedGuard = z.object({ nonce: z.string(), next: nextGuard });
const committedGuard = z.object({ next: nextGuard });
const outcomeGuard = z.object({ outcome: z.enum(['passed', 'failed', 'try_again']) });

/** Minimum time between two poses. The server refuses frames that arrive sooner. */
const betweenFramesMs = 450;

/** Runs the capture page's protocol without a browser, with all allowed retries. */
export async function stepUpBySocket(link: string, take: (movement: Movement) => Uint8Array | Promise<Uint8Array>) {
  const { origin, hash } = new URL(link);
  let session: string | null = null;
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`${origin}/face${path}`, {
      method: 'POST',
      headers: {
        ...(session === null ? {} : { authorization: `Bearer ${session}` }),
        ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      },
      body: body instanceof FormData ? body : JSON.stringify(body),
    });
    const reply: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(reply)}`);
    return reply;
  };
  const opened = openedGuard.parse(await post('/open', { ticket: hash.slice(1) }));
  session = opened.session;
  if (opened.view.consentNeeded) await post('/consent', { version: opened.view.consentVersion, language: 'en' });
  for (;;) {
    const { nonce, next: first } = challengedGuard.parse(await post('/challenge', {}));
    const form = new FormData();
    form.append('nonce', nonce);
    for (let next = first; next !== null; ) {
      await sleep(betweenFramesMs);
      const photo = Uint8Array.from(await take(next.movement));
      const digest = createHash('sha256').update(photo).digest('base64url');
      form.append('photo', new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg');
      ({ next } = committedGuard.parse(await post('/challenge/frames', { nonce, digest })));
    }
    const from = performance.now();
    const { outcome } = outcomeGuard.parse(await post('/frames', form));
    // `resultMs` is the time from the first byte of the last frames to the result.
    if (outcome !== 'try_again') return { outcome, resultMs: performance.now() - from };
  }
}
