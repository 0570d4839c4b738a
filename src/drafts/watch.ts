import type { OperationsPorts } from '../admin/operations/operations-context.js';
import { addSec, type EpochMs } from '../core/units.js';
import { digestOfText } from './file-versions.js';

/** Interval to look for changes of the configuration file, in seconds. */
export const watchFileEverySec = 5;

/** Time until the same text is loaded again after a failure, in seconds. What it refers to may have changed. */
const retrySec = 60;

/**
 * Creates a job that loads the configuration file if its text is not the active one, such as after a change by another
 * server. Without `configurationFolder`, a change becomes active only by a reload.
 */
export function watchFile(
  {
    configurationFile: file,
    setup,
    loadedDigest,
    notLoaded,
    clock,
  }: OperationsPorts<'configurationFile' | 'setup' | 'loadedDigest' | 'notLoaded' | 'clock'>,
  reload: () => Promise<unknown>,
): () => Promise<void> {
  let tried: { readonly digest: string | null; readonly at: EpochMs } | null = null;
  return async () => {
    if (file === null || setup().config.configurationFolder === null) return;
    // A file that is gone cannot be loaded, and is then reported.
    const digest = await file.read().then(digestOfText, () => null);
    if (digest === loadedDigest() && notLoaded() === null) return;
    const now = clock.now();
    if (tried !== null && tried.digest === digest && now < addSec(tried.at, retrySec)) return;
    tried = { digest, at: now };
    await reload();
  };
}
