import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { loadRuntime } from '../../src/engine/load-runtime.js';
import { models } from '../../src/engine/manifest.js';

/** Returns a 32-byte digest of the models, libraries and compiled code that affect embeddings. */
export async function engineDigest(): Promise<Buffer> {
  const { name } = await loadRuntime();
  const hash = createHash('sha256').update(JSON.stringify([models, sharp.versions, name]));
  const engine = new URL('../../src/engine/', import.meta.url);
  for (const file of readdirSync(engine).sort())
    if (/(?<!\.test)\.js$/.test(file)) hash.update(file).update(readFileSync(new URL(file, engine)));
  return hash.digest();
}
