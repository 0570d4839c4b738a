import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type FaceErrorCode, faceErrorCodes } from '../../src/errors.js';
import { embeddingLength } from '../../src/token/views.js';

export type Embedded =
  | { readonly embedding: Float32Array; readonly magnitude: number }
  | { readonly refused: FaceErrorCode };

export interface EmbeddingCache {
  /** `null` if the cache has no entry for the photo, or the entry was altered. */
  read(photo: Uint8Array): Promise<Embedded | null>;
  write(photo: Uint8Array, embedded: Embedded): Promise<void>;
  close(): Promise<void>;
}

const idBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
/**
 * A plaintext entry is a type byte, then magnitude and embedding. If embedding failed, an error code and zeros follow
 * the type byte, so all entries have equal length.
 */
const plainBytes = 1 + 4 + embeddingLength * 4;
const entryBytes = idBytes + nonceBytes + plainBytes + tagBytes;
const entriesAtOnce = 512;

const isCode = (text: string): text is FaceErrorCode => faceErrorCodes.some((code) => code === text);

function deriveEntry(engine: Uint8Array, photo: Uint8Array) {
  const root = createHmac('sha256', engine).update(photo).digest();
  const derive = (label: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', root, new Uint8Array(), `facestep/eval/${label}`, length));
  return { id: derive('entry', idBytes), key: derive('key', 32) };
}

function toPlain(embedded: Embedded): Buffer {
  const plain = Buffer.alloc(plainBytes);
  if ('refused' in embedded) {
    plain.write(embedded.refused, 1);
    return plain;
  }
  plain[0] = 1;
  plain.writeFloatLE(embedded.magnitude, 1);
  embedded.embedding.forEach((value, at) => {
    plain.writeFloatLE(value, 5 + at * 4);
  });
  return plain;
}

function parsePlain(plain: Buffer): Embedded | null {
  if (plain[0] === 1)
    return {
      embedding: Float32Array.from({ length: embeddingLength }, (_, at) => plain.readFloatLE(5 + at * 4)),
      magnitude: plain.readFloatLE(1),
    };
  const code = plain.toString('latin1', 1).replace(/\0+$/, '');
  return isCode(code) ? { refused: code } : null;
}

/**
 * Opens a cache of embeddings. They are biometric data, so only a holder of the photo can read them. Each is sealed
 * with AES-256-GCM under a key derived from the photo's bytes, by HMAC-SHA-256 under the engine's digest and HKDF.
 * Invalid entries are ignored.
 */
export async function openEmbeddingCache(folder: string, engine: Uint8Array): Promise<EmbeddingCache> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = Buffer.from(engine.subarray(0, 8)).toString('hex');
  const file = await open(join(folder, `${name}.embeddings`), 'a+', 0o600);
  // Removes the partial entry of an interrupted evaluation.
  const whole = Math.floor((await file.stat()).size / entryBytes) * entryBytes;
  await file.truncate(whole);
  const offsets = new Map<string, number>();
  const chunk = Buffer.alloc(entryBytes * entriesAtOnce);
  for (let from = 0; from < whole; from += chunk.length) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, whole - from), from);
    for (let at = 0; at < bytesRead; at += entryBytes)
      offsets.set(chunk.toString('latin1', at, at + idBytes), from + at);
  }
  const fresh = new Map<string, Embedded>();

  return {
    async read(photo) {
      const { id, key } = deriveEntry(engine, photo);
      const known = fresh.get(id.toString('latin1'));
      if (known !== undefined) return known;
      const offset = offsets.get(id.toString('latin1'));
      if (offset === undefined) return null;
      const entry = Buffer.alloc(entryBytes);
      await file.read(entry, 0, entryBytes, offset);
      const sealed = entry.subarray(idBytes + nonceBytes, entryBytes - tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, entry.subarray(idBytes, idBytes + nonceBytes))
        .setAAD(id)
        .setAuthTag(entry.subarray(entryBytes - tagBytes));
      try {
        return parsePlain(Buffer.concat([decipher.update(sealed), decipher.final()]));
      } catch {
        return null;
      }
    },
    async write(photo, embedded) {
      const { id, key } = deriveEntry(engine, photo);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(id);
      const sealed = Buffer.concat([cipher.update(toPlain(embedded)), cipher.final()]);
      fresh.set(id.toString('latin1'), embedded);
      await file.appendFile(Buffer.concat([id, nonce, sealed, cipher.getAuthTag()]));
    },
    close: () => file.close(),
  };
}
