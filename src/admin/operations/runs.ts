import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { FaceError, type Json } from '../../errors.js';
import type { OperationsPorts } from './operations-context.js';

/*
 * A run is work that only one server may do at a time. Its record is a lease: if the lease expires, the run counts as
 * broken off.
 */

const leaseSec = 60;

const renewEveryMs = 15_000;

const keptSec = 30 * secondsPerDay;

const leaseGuard = z.object({
  id: z.string(),
  by: z.string(),
  startedAt: epochMsGuard,
  /** `null` while running. */
  endedAt: epochMsGuard.nullable(),
  aliveUntil: epochMsGuard,
});

type Lease = z.output<typeof leaseGuard>;

export interface Run<Progress> extends Lease {
  readonly progress: Progress;
}

export interface RunPlace<Progress> {
  readonly key: string;
  readonly progress: z.ZodType<Progress>;
}

export interface RunLease<Progress> {
  readonly id: string;
  /**
   * Stores the progress.
   * @throws `run_under_way` if the lease has expired; `state_unavailable`
   */
  saveProgress(progress: Progress): Promise<void>;
  end(progress: Progress): Promise<void>;
  /** Works in the background. A run that is then unfinished soon counts as broken off. */
  work(work: () => Promise<void>): void;
}

export const isUnderWay = ({ endedAt, aliveUntil }: Lease, now: EpochMs): boolean =>
  endedAt === null && aliveUntil > now;

/** Returns true if the lease expired before the end. */
export const isBrokenOff = (run: Lease, now: EpochMs): boolean => run.endedAt === null && !isUnderWay(run, now);

const storedAt = <Progress>({ key, progress }: RunPlace<Progress>) => ({
  key,
  guard: leaseGuard.extend({ progress }),
  expiresAt: ({ startedAt }: Lease) => addSec(startedAt, keptSec),
});

export async function readRun<Progress>(
  place: RunPlace<Progress>,
  { state }: Ports<'state'>,
): Promise<Run<Progress> | null> {
  return (await readStored(storedAt(place), { state }))?.record ?? null;
}

/** Starts a run, unless another server is already running it. */
export async function beginRun<Progress extends Json>(
  place: RunPlace<Progress>,
  { by, progress }: { readonly by: string; readonly progress: Progress },
  deps: OperationsPorts<'state' | 'clock' | 'random' | 'background'>,
): Promise<RunLease<Progress>> {
  const { clock, random } = deps;
  const id = Buffer.from(random(12)).toString('hex');
  const stored = storedAt(place);
  const aliveFromNow = (): EpochMs => addSec(clock.now(), leaseSec);
  await changeStored(
    stored,
    (former) => {
      if (former !== null && isUnderWay(former, clock.now())) throw new FaceError('run_under_way');
      return { id, by, startedAt: clock.now(), endedAt: null, aliveUntil: aliveFromNow(), progress };
    },
    deps,
  );
  const change = async (next: Partial<Run<Progress>>): Promise<void> => {
    await changeStored(
      stored,
      (former) => {
        if (former === null || former.id !== id) throw new FaceError('run_under_way');
        // A renewal after the end changes nothing.
        return former.endedAt !== null ? former : { ...former, aliveUntil: aliveFromNow(), ...next };
      },
      deps,
    );
  };
  // If a renewal fails, the next `saveProgress` fails.
  const renewal = setInterval(() => void change({}).catch(() => undefined), renewEveryMs).unref();
  return {
    id,
    work: (work) => deps.background.start(() => work().finally(() => clearInterval(renewal))),
    saveProgress: (told) => change({ progress: told }),
    async end(told) {
      clearInterval(renewal);
      await change({ progress: told, endedAt: clock.now() });
    },
  };
}
