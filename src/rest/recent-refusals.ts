import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Jobs } from '../core/jobs.js';
import type { Clock, Log, State } from '../core/ports.js';
import { addSec, epochMsGuard, secondsPerDay } from '../core/units.js';
import { faceErrorCodes, toCode } from '../errors.js';
import type { ClientRequest } from './usage.js';

/** How many are kept of one application, and how long, in days. */
export const keptRefusals = { most: 100, days: 7 } as const;

/** How often a replica adds what it noted to the store. */

const refusalGuard = z.object({
  requestId: z.string(),
  at: epochMsGuard,
  /** Method and path as in the description. */
  endpoint: z.string(),
  code: z.enum(faceErrorCodes),
  /** The field of the request that it is about, where it is about one. */
  field: z.string().nullable(),
});

/** One refused request of an application: nothing of whom it was about, or of what was sent. */
export type RecentRefusal = Readonly<z.infer<typeof refusalGuard>>;

const storedOf = (application: string, { clock }: { readonly clock: Clock }) => ({
  key: `refusals:${application}`,
  guard: z.array(refusalGuard),
  expiresAt: () => addSec(clock.now(), keptRefusals.days * secondsPerDay),
  mayBeLost: true,
});

/** Notes in memory, and adds to the store every few seconds. */
export interface RefusalRecorder {
  note(request: ClientRequest): void;
  /** Adds what was noted. What the store does not take is forgotten. */
  flush(): Promise<void>;
  /** Adds what is left, and notes no more. */
  stop(): Promise<void>;
}

/** Keeps the last refusals of each application, for whoever looks after it to find one by its request id. */
export function createRefusalRecorder({
  state,
  clock,
  log,
  jobs,
}: {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: Jobs;
}): RefusalRecorder {
  /** Newest last, and never more than are kept. */
  let pending = new Map<string, readonly RecentRefusal[]>();

  const flush = async (): Promise<void> => {
    const noted = pending;
    pending = new Map();
    for (const [application, added] of noted)
      await changeStored(storedOf(application, { clock }), (former) => newestOf([...(former ?? []), ...added]), {
        state,
      }).catch((error: unknown) => log.warn('refusals not stored', { code: toCode(error) }));
  };

  const job = jobs.start({ name: 'recent_refusals', everySec: 5, run: flush });

  return {
    note({ client: { application }, endpoint, outcome, requestId, field }) {
      if (application === null || outcome === 'ok') return;
      const refusal = { requestId, at: clock.now(), endpoint, code: outcome, field };
      pending.set(application.id, newestOf([...(pending.get(application.id) ?? []), refusal]));
    },
    flush: job.runNow,
    async stop() {
      await job.stop();
      await job.runNow();
    },
  };
}

const newestOf = (refusals: readonly RecentRefusal[]): RecentRefusal[] => refusals.slice(-keptRefusals.most);

/** The last refusals of an application, newest first. @throws FaceError `state_unavailable` */
export async function readRefusals(
  application: string,
  deps: { readonly state: State; readonly clock: Clock },
): Promise<RecentRefusal[]> {
  const since = addSec(deps.clock.now(), -keptRefusals.days * secondsPerDay);
  const kept = (await readStored(storedOf(application, deps), deps))?.record ?? [];
  return kept.filter(({ at }) => at > since).toReversed();
}
