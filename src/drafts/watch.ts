import type { ConfigurationFile } from '../admin/operations/operations-context.js';
import { digestOfText } from './file-versions.js';

/** Interval to look for changes of the configuration file, in seconds. */
export const watchFileEverySec = 5;

/**
 * Creates a job that loads the configuration file after a change, such as by another replica. Without
 * `configurationFolder`, a change becomes active only by a reload.
 */
export function watchFile(
  file: ConfigurationFile | null,
  { folder, reload }: { readonly folder: () => string | null; readonly reload: () => Promise<unknown> },
): () => Promise<void> {
  let known: string | null = null;
  return async () => {
    if (file === null || folder() === null) return;
    const digest = digestOfText(await file.read());
    const isChanged = known !== null && digest !== known;
    known = digest;
    if (isChanged) await reload();
  };
}
