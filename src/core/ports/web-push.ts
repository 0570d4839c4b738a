import { z } from 'zod';
import type { KeyVersion } from './keys.js';

const base64url = (bytes: number) =>
  z.base64url().refine((text) => Buffer.from(text, 'base64url').length === bytes, `expected ${bytes} bytes`);

/**
 * Where a browser lets itself be reached, and what messages to it are encrypted for. It comes from a browser: nothing is known of
 * the address before `WebPush.takes`.
 * @see https://www.w3.org/TR/push-api/#pushsubscription-interface
 */
export const pushAddressGuard = z.object({
  endpoint: z.string().max(1024),
  /** A point on P-256, uncompressed. */
  p256dh: base64url(65),
  auth: base64url(16),
});
export type PushAddress = z.output<typeof pushAddressGuard>;

/** Messages to browsers (RFC 8030), encrypted for each (RFC 8291) and in the name of this server (RFC 8292). */
export interface WebPush {
  /**
   * What browsers subscribe with: the public key that goes with that version of the sealing key, 65 bytes in base64url.
   * @throws FaceError `token_key_retired`, `key_service_unavailable`
   */
  publicKey(version: KeyVersion): Promise<string>;
  /** Whether an address is one of a push service that may be called, with keys that can be encrypted for. */
  takes(address: PushAddress): boolean;
  /**
   * @param text - at most 2,000 bytes
   * @param version - that the browser subscribed with
   * @returns `gone`: the browser takes no more messages, ever
   * @throws FaceError `delivery_failed`, `token_key_retired`, `key_service_unavailable`
   */
  send(address: PushAddress, text: string, version: KeyVersion): Promise<'sent' | 'gone'>;
}
