import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import type { Jobs } from '../../core/jobs.js';
import type { Clock, Log, State } from '../../core/ports.js';
import { addSec, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { faceErrorCodes, toCode } from '../../errors.js';
import type { ClientRequest } from './usage.js';

export const refusalRetention = { most: 100, days: 7 } as const;

const refusalGuard = z.object({
  requestId: z.string(),
  at: epochMsGuard,
  endpoint: z.string(),
  code: z.enum(faceErrorCodes),
  field: z.string().nullable(),
});

/** A refused request of an application. It names neither the user nor any data of the request. */
export type RecentRefusal = Readonly<z.infer<typeof refusalGuard>>;

const storedOf = (application: string, { clock }: Ports<'clock'>) => ({
  key: `refusals:${application}`,
  guard: z.array(refusalGuard),
  expiresAt: () => addSec(clock.now(), refusalRetention.days * secondsPerDay),
  relaxedDurability: true,
});

/** Collects refusals in memory, and writes them to the store every few seconds. */
export interface RefusalRecorder {
  note(request: ClientRequest): void;
  /** Writes pending refusals. If the store fails, they are dropped. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

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
  let pending = new Map<string, readonly RecentRefusal[]>();

  const flush = async (): Promise<void> => {
    const noted = pending;
    pending = new Map();
    for (const [application, added] of noted)
      await changeStored(storedOf(application, { clock }), (former) => newestOf([...(former ?? []), ...added]), {
        state,
      }).catch((error: unknown) => log.warn('cannot store refusals', { code: toCode(error) }));
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

const newestOf = (refusals: readonly RecentRefusal[]): RecentRefusal[] => refusals.slice(-refusalRetention.most);

export async function readRefusals(application: string, deps: Ports<'state' | 'clock'>): Promise<RecentRefusal[]> {
  const since = addSec(deps.clock.now(), -refusalRetention.days * secondsPerDay);
  const kept = (await readStored(storedOf(application, deps), deps))?.record ?? [];
  return kept.filter(({ at }) => at > since).toReversed();
}
