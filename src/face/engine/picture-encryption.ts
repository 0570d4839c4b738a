import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';

/*
 * Encryption of a camera's pictures by the capture page. Each check has a fresh AES key, which is encrypted by HPKE to
 * the process of each replica that parses pictures. P-256 instead of X25519, because older browsers lack the latter.
 * The page bundles this file, so it must not import Node modules.
 * @see https://www.rfc-editor.org/rfc/rfc9180
 */

type Bytes = Uint8Array<ArrayBuffer>;

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** Lengths in bytes: of a public key, which precedes an encrypted AES key, and of the vector that precedes a picture. */
const publicKeyLength = 65;
export const vectorLength = 12;

/** @param context - what the key is for: the nonce of the challenge */
const toInfo = (context: string) => new TextEncoder().encode(`facestep pictures 1 ${context}`);

/** Makes the key pair of a process. It is kept in memory only. */
export async function createPictureKey() {
  const pair = await suite.kem.generateKeyPair();
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    /** Decrypts an AES key. @throws if it was encrypted to another key, or in another context */
    async openContentKey(encrypted: Bytes, context: string): Promise<Bytes> {
      const enc = encrypted.slice(0, publicKeyLength).buffer;
      const opening = { recipientKey: pair.privateKey, enc, info: toInfo(context) };
      return new Uint8Array(await suite.open(opening, encrypted.slice(publicKeyLength).buffer));
    },
  };
}

/**
 * Encrypts pictures, so that only the owners of the keys can read them.
 * @param random - returns that many random bytes
 * @returns the AES key, encrypted to each of `publicKeys`, and the pictures in the same order
 */
export async function encryptPictures(
  pictures: readonly Bytes[],
  publicKeys: readonly Bytes[],
  context: string,
  random: (length: number) => Bytes,
): Promise<{ readonly contentKeys: readonly Bytes[]; readonly encrypted: readonly Bytes[] }> {
  const bytes = random(32);
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt']);
  const toRecipient = async (publicKey: Bytes): Promise<Bytes> => {
    const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey.buffer);
    const { enc, ct } = await suite.seal({ recipientPublicKey, info: toInfo(context) }, bytes.buffer);
    return joinBytes(enc, ct);
  };
  const encrypt = async (picture: Bytes): Promise<Bytes> => {
    const iv = random(vectorLength);
    return joinBytes(iv.buffer, await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, picture));
  };
  const contentKeys = await Promise.all(publicKeys.map(toRecipient));
  return { contentKeys, encrypted: await Promise.all(pictures.map(encrypt)) };
}

function joinBytes(one: ArrayBuffer, other: ArrayBuffer): Bytes {
  const joined = new Uint8Array(one.byteLength + other.byteLength);
  joined.set(new Uint8Array(one));
  joined.set(new Uint8Array(other), one.byteLength);
  return joined;
}
