import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { hexDigestOf } from '../../core/secrets.js';
import { addSec } from '../../core/units.js';

/* Previews of e-mails as HTML, stored for ten minutes. */

const lifeSec = 10 * 60;

const keyOf = (digest: string): string => `letter-shown:${digest}`;
const digestPattern = /^[0-9a-f]{64}$/;

export async function storeEmailPreview(html: string, { state, clock }: Ports<'state' | 'clock'>): Promise<string> {
  const digest = hexDigestOf(html);
  const expiresAt = addSec(clock.now(), lifeSec);
  await state.write(keyOf(digest), html, { when: 'any', expiresAt, relaxedDurability: true });
  return digest;
}

export async function findEmailPreview(digest: string, { state }: Ports<'state'>): Promise<string | null> {
  const found = digestPattern.test(digest) ? await state.read(keyOf(digest)) : null;
  return found === null ? null : z.string().parse(found.value);
}
