import { z } from 'zod';
import { digestOf } from '../digest.js';
import type { Clock, State } from '../ports.js';
import { addSec } from '../units.js';

/* Letters as HTML that somebody looks at before they leave: kept as long as one looks. */

const lifeSec = 10 * 60;

const keyOf = (digest: string): string => `letter-shown:${digest}`;
const digestPattern = /^[0-9a-f]{64}$/;

/** @returns the digest that names it for ten minutes @throws FaceError `state_unavailable` */
export async function keepShown(
  html: string,
  { state, clock }: { readonly state: State; readonly clock: Clock },
): Promise<string> {
  const digest = digestOf(html).toString('hex');
  const expiresAt = addSec(clock.now(), lifeSec);
  await state.write(keyOf(digest), html, { when: 'any', expiresAt, mayBeLost: true });
  return digest;
}

/** @param digest - text that nobody has checked @returns `null`: there is none, or no more @throws FaceError `state_unavailable` */
export async function findShown(digest: string, { state }: { readonly state: State }): Promise<string | null> {
  const found = digestPattern.test(digest) ? await state.read(keyOf(digest)) : null;
  return found === null ? null : z.string().parse(found.value);
}
