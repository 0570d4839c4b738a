import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type FaceErrorCode, faceErrorCodes } from '../../src/errors.js';
import { embeddingLength } from '../../src/token/views.js';

/** What the engine made of one photo: 512 numbers of length 1 and how clearly it saw the face, or why it took none. */
export type Embedded =
  | { readonly embedding: Float32Array; readonly magnitude: number }
  | { readonly refused: FaceErrorCode };

/** What the engine made of the photos it has seen, for whoever holds a photo. */
export interface EmbeddingCache {
  /** `null` where this photo was never seen by this engine, or what was kept of it has been altered. */
  read(photo: Uint8Array): Promise<Embedded | null>;
  /** Holds on to the embedding, as it is, until the cache is closed. */
  write(photo: Uint8Array, embedded: Embedded): Promise<void>;
  close(): Promise<void>;
}

const idBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
/** A kind, then magnitude and embedding, or the code and zeros: all entries are of one length. */
const plainBytes = 1 + 4 + embeddingLength * 4;
const entryBytes = idBytes + nonceBytes + plainBytes + tagBytes;
const entriesAtOnce = 512;

const isCode = (text: string): text is FaceErrorCode => faceErrorCodes.some((code) => code === text);

/** The name of a photo's entry and the key it is sealed under. Both follow from the photo itself, and from nothing else. */
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
 * Keeps the embeddings of an evaluation corpus, so that a second run takes seconds. An embedding is biometric data, so
 * each is sealed under a key that is made from the bytes of its own photo (HMAC-SHA-256 under the engine's digest, then
 * HKDF, AES-256-GCM): who has the file learns nothing, and who has the photo could embed it anyway. One file for each
 * engine, mode 0600, entries of one length, only ever appended to. An entry that does not open is as good as none.
 * @param engine - `engineDigest()`: another engine sees none of these entries
 */
export async function openEmbeddingCache(folder: string, engine: Uint8Array): Promise<EmbeddingCache> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = Buffer.from(engine.subarray(0, 8)).toString('hex');
  const file = await open(join(folder, `${name}.embeddings`), 'a+', 0o600);
  // What an interrupted run left of an entry.
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
