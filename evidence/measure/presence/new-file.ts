import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Random } from '../../../src/core/ports.js';
import { syncFolder } from '../../../src/files/durable-file.js';

/** Name of a draft, which a crash may leave. */
export const draftName = /^\.facestep-[0-9a-f]{16}\.new$/;

/** Creates a file with a random name atomically, readable by its owner only. */
export async function createNewFile(file: string, bytes: Uint8Array, random: Random): Promise<void> {
  const draft = join(dirname(file), `.facestep-${Buffer.from(random(8)).toString('hex')}.new`);
  const handle = await open(draft, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(file);
}
