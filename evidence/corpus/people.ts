import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type FaceErrorCode, faceErrorCodes } from '../../src/errors.js';
import { models } from '../../src/face/engine/manifest.js';
import { loadRuntime } from '../../src/face/engine/runtime.js';
import { embeddingLength } from '../../src/face/token/views.js';
import { facesFolder } from '../../support/data/faces.js';
import { modelsFolder, projectRoot } from '../../support/run/paths.js';
import { type Corpus, readCorpus } from '../measure/corpus/corpus.js';
import {
  type EmbeddedCorpus,
  type EmbeddedPerson,
  type EmbeddedPhoto,
  type EmbeddingCache,
  type EmbeddingOptions,
  embedCorpus,
} from '../measure/corpus/embed-corpus.js';

const nonceBytes = 12;
const tagBytes = 16;
/**
 * A plaintext entry is a type byte, then magnitude and embedding. If embedding failed, an error code and zeros follow
 * the type byte, so all entries have equal length.
 */
const plainBytes = 1 + 4 + embeddingLength * 4;

const isCode = (text: string): text is FaceErrorCode => faceErrorCodes.some((code) => code === text);

function toPlain(embedded: EmbeddedPhoto): Buffer {
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

function parsePlain(plain: Buffer): EmbeddedPhoto | null {
  if (plain[0] === 1)
    return {
      embedding: Float32Array.from({ length: embeddingLength }, (_, at) => plain.readFloatLE(5 + at * 4)),
      magnitude: plain.readFloatLE(1),
    };
  const code = plain.toString('latin1', 1).replace(/\0+$/, '');
  return isCode(code) ? { refused: code } : null;
}

/**
 * Opens a cache of embeddings, one file for each photo. They are biometric data, so only a holder of the photo can read
 * them. Each is sealed with AES-256-GCM under a key derived from the photo's bytes, by HMAC-SHA-256 under the engine's
 * digest and HKDF. Invalid files are ignored.
 */
export async function openEmbeddingCache(folder: string, engine: Uint8Array): Promise<EmbeddingCache> {
  const own = join(folder, Buffer.from(engine.subarray(0, 8)).toString('hex'));
  await mkdir(own, { recursive: true, mode: 0o700 });
  const entryOf = (photo: Uint8Array) => {
    const root = createHmac('sha256', engine).update(photo).digest();
    const derive = (label: string, length: number): Buffer =>
      Buffer.from(hkdfSync('sha256', root, new Uint8Array(), `facestep/eval/${label}`, length));
    return { file: join(own, derive('entry', 16).toString('hex')), key: derive('key', 32) };
  };
  return {
    async read(photo) {
      const { file, key } = entryOf(photo);
      try {
        const entry = await readFile(file);
        const sealed = entry.subarray(nonceBytes, -tagBytes);
        const tag = entry.subarray(-tagBytes);
        const decipher = createDecipheriv('aes-256-gcm', key, entry.subarray(0, nonceBytes)).setAuthTag(tag);
        return parsePlain(Buffer.concat([decipher.update(sealed), decipher.final()]));
      } catch {
        return null;
      }
    },
    async write(photo, embedded) {
      const { file, key } = entryOf(photo);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([cipher.update(toPlain(embedded)), cipher.final()]);
      await writeFile(file, Buffer.concat([nonce, sealed, cipher.getAuthTag()]), { mode: 0o600 });
    },
  };
}

export type { EmbeddedPerson };

/** Folder of encrypted embeddings. It may be deleted at any time. */
const cacheFolder = join(projectRoot, '.cache', 'eval');

export const ours: EmbeddingOptions = { modelsFolder, recogniser: null };

/** Returns a 32-byte digest of the models, libraries and compiled code that affect embeddings. */
async function engineDigest(): Promise<Buffer> {
  const { name } = await loadRuntime();
  const hash = createHash('sha256').update(JSON.stringify([models, sharp.versions, name]));
  const engine = new URL('../../src/face/engine/', import.meta.url);
  for (const file of readdirSync(engine).sort())
    if (/(?<!\.test)\.js$/.test(file)) hash.update(file).update(readFileSync(new URL(file, engine)));
  return hash.digest();
}

/** Embeds photos with the shipped pipeline. Leaves out people without a detected face. */
export async function embedSources(
  sources: readonly Pick<Corpus, 'folder' | 'people'>[],
  say: (line: string) => void,
): Promise<EmbeddedCorpus[]> {
  const cache = await openEmbeddingCache(cacheFolder, await engineDigest());
  const embedded: EmbeddedCorpus[] = [];
  for (const { folder, people } of sources) embedded.push(await embedCorpus(folder, people, cache, say, ours));
  return embedded;
}

/** Embeds evaluation people. */
export async function embedPeople(
  wants: (entry: { readonly person: string; readonly photos: number }) => boolean,
  say: (line: string) => void,
): Promise<readonly EmbeddedPerson[]> {
  const { folder, people } = await readCorpus(facesFolder);
  const chosen = people.filter(({ person, files }) => wants({ person, photos: files.length }));
  const [embedded] = await embedSources([{ folder, people: chosen }], say);
  return embedded.people;
}
