import { createHmac, createSecretKey } from 'node:crypto';
import type { Ports } from './deps.js';
import type { KeyVersion } from './ports.js';

/**
 * Derives a key for one purpose.
 * @param label - longer than the 32 bytes from which a token's key is derived, so that the keys differ
 * @returns the HMAC-SHA-256 with that key, which Node wipes when nothing refers to it any more
 * @throws `token_key_retired`, `key_service_unavailable`
 */
export async function deriveMac(
  version: KeyVersion,
  label: Uint8Array,
  { keys }: Ports<'keys'>,
): Promise<(message: string) => Buffer> {
  const material = await keys.mac(version, label);
  const key = material.use(createSecretKey);
  material.wipe();
  return (message) => createHmac('sha256', key).update(message).digest();
}

/** Returns the version with which a record was keyed while its key exists, so that its digests can be compared. */
export const keyVersionAfter = async (former: KeyVersion | undefined, { keys }: Ports<'keys'>): Promise<KeyVersion> =>
  former !== undefined && (await keys.holds(former)) ? former : keys.currentVersion();
