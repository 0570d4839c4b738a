import { open, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCodeOf } from '../core/base/system-error.js';
import type { Clock } from '../core/ports.js';
import { withTimeout } from '../core/resilience.js';
import type { Trail } from './file.js';
import { probeFileOf } from './trail-files.js';

/** Reason why this replica cannot record, and therefore cannot decide. */
export type TrailProblem = 'trail_not_writable' | 'no_descriptors';

/** Time for which a result is cached, in milliseconds. */
const holdsMs = 3_000;

/** Shorter than the time limit of readiness. */
const probeWithinMs = 1_500;

/** One block of most file systems, because some store fewer bytes even on a full disk, next to the file's name. */
const block = Buffer.alloc(4096);

interface ProbeDeps {
  readonly clock: Clock;
  /** Called with the result of each probe. */
  readonly onProbe: (found: TrailProblem | null) => void;
}

/**
 * Creates the check whether records can be written: it writes and syncs a small file next to the trail, and syncs the
 * trail. A disk that does not answer gets no second probe at the same time.
 * @returns a function that never rejects; its result is `null` if records can be written
 */
export function createTrailProbe(
  trail: Pick<Trail, 'file' | 'sync'>,
  { clock, onProbe }: ProbeDeps,
): () => Promise<TrailProblem | null> {
  let running: Promise<TrailProblem | null> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<TrailProblem | null> = Promise.resolve(null);

  const probe = async (): Promise<TrailProblem | null> => {
    running ??= findProblem(trail).finally(() => {
      running = null;
    });
    const found = await withTimeout<TrailProblem | null>(running, probeWithinMs, () => 'trail_not_writable');
    onProbe(found);
    return found;
  };
  return () => {
    const now = clock.now();
    // The disk is also probed again if the clock was set back.
    if (now < askedAt || now - askedAt >= holdsMs) {
      askedAt = now;
      answer = probe();
    }
    return answer;
  };
}

async function findProblem({ file, sync }: Pick<Trail, 'file' | 'sync'>): Promise<TrailProblem | null> {
  const probed = probeFileOf(file);
  try {
    const handle = await open(probed, 'w', 0o600);
    try {
      await handle.writeFile(block);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await sync();
    return null;
  } catch (error) {
    const code = systemCodeOf(error);
    return code === 'EMFILE' || code === 'ENFILE' ? 'no_descriptors' : 'trail_not_writable';
  } finally {
    // Otherwise, the next probe of a full disk would succeed in the block that this file has.
    await rm(probed, { force: true }).catch(() => {});
  }
}

/** Space of a volume in bytes, without blocks that are reserved for root. */
export interface VolumeSpace {
  readonly free: number;
  readonly size: number;
}

/** Reads the space of the volume that has the trail. @returns `null` if the volume does not answer */
export async function readVolumeSpace(file: string): Promise<VolumeSpace | null> {
  const read = statfs(dirname(file)).then(
    ({ bsize, blocks, bfree, bavail }) => ({ free: bavail * bsize, size: (blocks - bfree + bavail) * bsize }),
    () => null,
  );
  return withTimeout<VolumeSpace | null>(read, probeWithinMs, () => null);
}
