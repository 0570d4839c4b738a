import { charge, checkNotExhausted, type LimitDeps, type LimitUse } from '../core/limits/limits.js';
import type { QueueShare } from '../core/queue-share.js';
import type { FaceError } from '../errors.js';
import { anonymousSourceOf, shareOf, subjectOf } from './record.js';
import type { StepUp } from './stored.js';

/** Returns the limits charged for unusable pictures. Pictures of anonymous callers are not charged to the person. */
function countsOf({ id, record }: Pick<StepUp, 'id' | 'record'>): readonly LimitUse[] {
  const anonymousSource = anonymousSourceOf(record);
  if (anonymousSource !== null)
    return [
      ['unusableOfSource', anonymousSource],
      ['unusableOfStepUp', id],
    ];
  const { connection, subject } = subjectOf(record);
  return [subject === '' ? ['unusableOfStepUp', id] : ['unusableOfPerson', JSON.stringify([connection, subject])]];
}

/**
 * Runs work, and charges the engine time spent on unusable pictures.
 * @param work - receives a function that creates the queue share of one group of pictures
 * @throws `locked_out` before `work` if a limit is exhausted; `state_unavailable`, and what `work` throws
 */
export async function chargeUnusable<Result>(
  stepUp: Pick<StepUp, 'id' | 'record'>,
  work: (toRow: () => QueueShare) => Promise<Result>,
  deps: LimitDeps,
): Promise<Result> {
  const counts = countsOf(stepUp);
  await checkNotExhausted(counts, deps);
  const charged: Promise<void>[] = [];
  const toRow = (): QueueShare => {
    let first: FaceError | null = null;
    const row = {
      get refusal() {
        return first;
      },
      onRefused(error: FaceError, tookMs: number) {
        first ??= error;
        const counting = charge(counts, tookMs, deps);
        // Prevents an unhandled rejection: a picture may be refused after the work has failed. Awaited below.
        counting.catch(() => {});
        charged.push(counting);
      },
    };
    return { ...shareOf(stepUp.record), row };
  };
  try {
    return await work(toRow);
  } finally {
    // The charges are awaited, so that the caller's next request finds them.
    await Promise.all(charged);
  }
}
