import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileExists } from '../config/data-files.js';
import type { Environment } from '../config/references.js';
import type { Random } from '../core/ports.js';
import { createFile } from '../files/durable-file.js';

/**
 * Returns the path of the configuration file: the one of `FACESTEP_CONFIG`, or else the server's own in its data folder.
 * The first start without a file creates it, so that everything else can be set in the console. The image has
 * `FACESTEP_FIRST_HOST`: there, the named file may be absent, and the server's own listens on that address.
 * @returns an empty text if there is none
 */
export async function findConfiguration(
  env: Environment,
  { isServing, random }: { readonly isServing: boolean; readonly random: Random },
): Promise<string> {
  const { FACESTEP_CONFIG: named, FACESTEP_FIRST_HOST: host } = env;
  if (named && (!host || (await fileExists(named)))) return named;
  const folder = env.FACESTEP_DATA || './data';
  const path = join(folder, 'configuration.json');
  if (await fileExists(path)) return path;
  if (!isServing) return '';
  const settings = { host: host || '127.0.0.1', configurationFolder: join(folder, 'configuration') };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await createFile(path, `${JSON.stringify(settings, null, 2)}\n`, random);
    return path;
  } catch {
    // The start says why the folder cannot be written.
    return '';
  }
}
