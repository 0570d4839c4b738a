import { createECDH, createPrivateKey, ECDH } from 'node:crypto';
import { encrypt } from 'http_ece';
import { SignJWT } from 'jose';
import type { WebPushConfig } from '../../config/delivery.js';
import type { Ports } from '../../core/deps.js';
import { toKeyPair } from '../../core/derived-key.js';
import type { KeyVersion, PushAddress, Random, WebPush } from '../../core/ports.js';
import { toEpochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';

const labelOf = (half: string): Buffer => Buffer.from(`facestep/web-push/the ${half} half of the VAPID key`);

/**
 * Derives the VAPID key from a version of the sealing key. All replicas derive the same, and it ends with the key that
 * encrypts the subscriptions.
 */
export async function deriveVapidKey(version: KeyVersion, { keys }: Ports<'keys'>) {
  const [first, second] = await Promise.all([
    keys.mac(version, labelOf('first')),
    keys.mac(version, labelOf('second')),
  ]);
  const { privateKey, point } = first.use((left) => second.use((right) => toKeyPair(left, right)));
  for (const half of [first, second]) half.wipe();
  return {
    privateKey: createPrivateKey({ key: privateKey, format: 'jwk' }),
    publicKey: Buffer.from(point).toString('base64url'),
  };
}

const timeoutMs = 10_000;

/** Time for which a push service keeps a message for an offline browser, in seconds. */
const keptSec = 24 * 60 * 60;

/** Lifetime of the VAPID signature. RFC 8292 allows a day; half a day tolerates clock differences. */
const signatureLifeSec = 12 * 60 * 60;

/** Fixed length, so that the size reveals nothing. */
const paddedBytes = 2048;

const curve = 'prime256v1';

/**
 * Creates push delivery (RFC 8030). Browsers supply the URLs of their push service, so only configured hosts are
 * called.
 */
export function createWebPush(
  { contact, services }: WebPushConfig,
  deps: Ports<'clock' | 'random' | 'fetch' | 'keys'>,
): WebPush {
  const takes = ({ endpoint, p256dh }: PushAddress): boolean =>
    isAddressOf(endpoint, services) && isPoint(Buffer.from(p256dh, 'base64url'));
  return {
    publicKey: async (version) => (await deriveVapidKey(version, deps)).publicKey,
    takes,
    async send(address, text, version) {
      if (!takes(address))
        throw new FaceError('delivery_failed', { channel: 'web push', reason: 'not a push service' });
      const { endpoint } = address;
      const { privateKey, publicKey } = await deriveVapidKey(version, deps);
      const signature = await new SignJWT()
        .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
        .setAudience(new URL(endpoint).origin)
        .setExpirationTime(toEpochSec(deps.clock.now()) + signatureLifeSec)
        .setSubject(contact)
        .sign(privateKey);
      const answer = await deps
        .fetch(endpoint, {
          method: 'POST',
          headers: {
            Authorization: `vapid t=${signature}, k=${publicKey}`,
            'Content-Type': 'application/octet-stream',
            'Content-Encoding': 'aes128gcm',
            TTL: String(keptSec),
            Urgency: 'high',
          },
          body: Uint8Array.from(encryptFor(address, text, deps.random)),
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
        })
        // Errors of `fetch` are dropped, because they may contain the browser's push URL.
        .catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok) return 'sent';
      if (answer?.status === 404 || answer?.status === 410) return 'gone';
      throw new FaceError('delivery_failed', { channel: 'web push', status: answer?.status ?? null });
    },
  };
}

function encryptFor({ p256dh, auth }: PushAddress, text: string, random: Random): Buffer {
  const plain = Buffer.from(text);
  const own = createECDH(curve);
  own.generateKeys();
  return encrypt(plain, {
    version: 'aes128gcm',
    privateKey: own,
    dh: Buffer.from(p256dh, 'base64url'),
    authSecret: Buffer.from(auth, 'base64url'),
    salt: Buffer.from(random(16)),
    pad: paddedBytes - plain.length,
  });
}

function isAddressOf(endpoint: string, services: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, host, username, password, hash } = new URL(endpoint);
  const isNamed = services.some((name) => (name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name));
  return protocol === 'https:' && username === '' && password === '' && hash === '' && isNamed;
}

function isPoint(bytes: Buffer): boolean {
  try {
    ECDH.convertKey(bytes, curve);
    return true;
  } catch {
    return false;
  }
}
