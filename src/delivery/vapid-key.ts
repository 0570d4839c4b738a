import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import type { Ports } from '../core/deps.js';
import type { KeyVersion } from '../core/ports.js';

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Two halves, so that the reduction modulo the order is unbiased (FIPS 186-5, appendix A.2.1). */
const labels = ['first', 'second'].map((half) => Buffer.from(`facestep/web-push/the ${half} half of the VAPID key`));

export interface VapidKey {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
}

/**
 * Derives the VAPID key from a version of the sealing key. All replicas derive the same, and it ends with the key that
 * encrypts the subscriptions.
 */
export async function deriveVapidKey(version: KeyVersion, { keys }: Ports<'keys'>): Promise<VapidKey> {
  const halves = await Promise.all(labels.map((label) => keys.mac(version, label)));
  const hex = halves.map((half) => half.use((bytes) => Buffer.from(bytes).toString('hex'))).join('');
  for (const half of halves) half.wipe();
  const scalar = (BigInt(`0x${hex}`) % (order - 1n)) + 1n;
  const secret = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const toText = (bytes: Buffer): string => bytes.toString('base64url');
  const jwk = {
    ...{ kty: 'EC', crv: 'P-256', d: toText(secret) },
    ...{ x: toText(point.subarray(1, 33)), y: toText(point.subarray(33)) },
  };
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  secret.fill(0);
  return { privateKey, publicKey: toText(point) };
}
