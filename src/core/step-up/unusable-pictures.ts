import type { FaceError } from '../../errors.js';
import { type Count, type CountDeps, charge, checkNotUsedUp } from '../limits/limits.js';
import type { QueueShare } from '../queue-share.js';
import { outsiderOf, shareOf, whoOf } from './record.js';
import type { StepUp } from './stored.js';

/** Returns the budgets charged for unusable pictures. Anonymous callers never spend a known person's. */
function countsOf({ id, record }: Pick<StepUp, 'id' | 'record'>): readonly Count[] {
  const outsider = outsiderOf(record);
  if (outsider !== null)
    return [
      ['unusableOfSource', outsider],
      ['unusableOfStepUp', id],
    ];
  const { connection, subject } = whoOf(record);
  return [subject === '' ? ['unusableOfStepUp', id] : ['unusableOfPerson', JSON.stringify([connection, subject])]];
}

/**
 * Runs work and charges the engine time of unusable pictures.
 * @param work - receives a creator of rows' shares
 * @throws `locked_out` before `work`, if the budget is exhausted; `state_unavailable`, and what `work` throws
 */
export async function chargeUnusable<Result>(
  stepUp: Pick<StepUp, 'id' | 'record'>,
  work: (toRow: () => QueueShare) => Promise<Result>,
  deps: CountDeps,
): Promise<Result> {
  const counts = countsOf(stepUp);
  await checkNotUsedUp(counts, deps);
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
        // Awaited below; a refusal may come after the work has failed.
        counting.catch(() => {});
        charged.push(counting);
      },
    };
    return { ...shareOf(stepUp.record), row };
  };
  try {
    return await work(toRow);
  } finally {
    // So that the caller's next request sees them.
    await Promise.all(charged);
  }
}
