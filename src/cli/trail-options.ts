import { join } from 'node:path';
import type { Setup } from '../../adapters/setup.js';
import { closedSegmentsOf } from '../audit/trail-files.js';
import { filesOf, isThere } from '../config/data-files.js';
import { UsageError } from './usage-error.js';

/** How an option that may be given several times is collected. */
export const collect = (value: string, former: readonly string[] = []): readonly string[] => [...former, value];

/**
 * The files of the trails that are asked for: those in the folders given, or the server's own.
 * @param folders - data folders, of this replica or of others
 * @throws UsageError: one has no trail
 */
export async function findTrails(folders: readonly string[], { config }: Setup): Promise<string[]> {
  const files = folders.length === 0 ? [filesOf(config).audit] : folders.map((folder) => join(folder, 'audit.jsonl'));
  for (const file of files) {
    const isTrail = (await isThere(file)) || (await closedSegmentsOf(file)).length > 0;
    if (!isTrail) throw new UsageError(`there is no audit trail ${file}`);
  }
  return files;
}
