import { z } from 'zod';
import type { KeyVersion } from './keys.js';

const base64url = (bytes: number) =>
  z.base64url().refine((text) => Buffer.from(text, 'base64url').length === bytes, `expected ${bytes} bytes`);

/**
 * A browser's push subscription, untrusted until `WebPush.takes` has accepted it.
 * @see https://www.w3.org/TR/push-api/#pushsubscription-interface
 */
export const pushAddressGuard = z.object({
  endpoint: z.string().max(1024),
  /** Uncompressed point on P-256. */
  p256dh: base64url(65),
  auth: base64url(16),
});
export type PushAddress = z.output<typeof pushAddressGuard>;

/** Push messages (RFC 8030), encrypted (RFC 8291) and signed (RFC 8292). */
export interface WebPush {
  /**
   * Returns the subscription key of 65 bytes, in base64url.
   * @throws `token_key_retired`, `key_service_unavailable`
   */
  publicKey(version: KeyVersion): Promise<string>;
  /** Returns true if the push service is allowed and the keys are valid. */
  takes(address: PushAddress): boolean;
  /**
   * Sends a message.
   * @param text - at most 2,000 bytes
   * @param version - key version of the subscription
   * @returns `gone` if the subscription has ended
   * @throws `delivery_failed`, `token_key_retired`, `key_service_unavailable`
   */
  send(address: PushAddress, text: string, version: KeyVersion): Promise<'sent' | 'gone'>;
}
