import { z } from 'zod';
import type { Json } from '../base/json.js';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Clock, Random, State } from '../core/ports.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../core/units.js';
import { FaceError } from '../errors.js';

/*
 * A run is work that goes on in one server while others, on the same state store, are not to begin the same. Its record is the
 * lease: whoever works writes it again and again, and where that ends the work was broken off.
 */

/** Without a sign of life for so long, a run is broken off. */
const leaseSec = 60;

/** How often whoever works gives one, whatever it waits for. */
const renewEveryMs = 15_000;

/** For how long the last run can be looked at. */
const keptSec = 30 * secondsPerDay;

const leaseGuard = z.object({
  id: z.string(),
  /** Name of the administrator. */
  by: z.string(),
  startedAt: epochMsGuard,
  /** `null` while it goes on. */
  endedAt: epochMsGuard.nullable(),
  aliveUntil: epochMsGuard,
});

type Lease = z.output<typeof leaseGuard>;

/** One run, and how far it is. */
export interface Run<Progress> extends Lease {
  readonly progress: Progress;
}

/** Where the record of one kind of run is. */
export interface RunPlace<Progress> {
  readonly key: string;
  readonly progress: z.ZodType<Progress>;
}

/** A run of one's own. */
export interface HeldRun<Progress> {
  readonly id: string;
  /**
   * Writes how far it is.
   * @throws FaceError `run_under_way`: it was taken for broken off, and another began; `state_unavailable`
   */
  tell(progress: Progress): Promise<void>;
  /** The same for the last time. */
  end(progress: Progress): Promise<void>;
  /** Gives no more signs of life: what has not ended counts as broken off before long. */
  letGo(): void;
}

interface Deps {
  readonly state: State;
  readonly clock: Clock;
  readonly random: Random;
}

/** Whether a server works on it, as far as can be told. */
export const isUnderWay = ({ endedAt, aliveUntil }: Lease, now: EpochMs): boolean =>
  endedAt === null && aliveUntil > now;

/** Whether it neither ended nor goes on: its server did. */
export const isBrokenOff = (run: Lease, now: EpochMs): boolean => run.endedAt === null && !isUnderWay(run, now);

const storedAt = <Progress>({ key, progress }: RunPlace<Progress>) => ({
  key,
  guard: leaseGuard.extend({ progress }),
  expiresAt: ({ startedAt }: Lease) => addSec(startedAt, keptSec),
});

/** The last run; `null` without one. @throws FaceError `state_unavailable` */
export async function readRun<Progress>(
  place: RunPlace<Progress>,
  { state }: Pick<Deps, 'state'>,
): Promise<Run<Progress> | null> {
  return (await readStored(storedAt(place), { state }))?.record ?? null;
}

/**
 * Begins a run, on one server of all.
 * @throws FaceError `run_under_way`, `state_unavailable`
 */
export async function beginRun<Progress extends Json>(
  place: RunPlace<Progress>,
  { by, progress }: { readonly by: string; readonly progress: Progress },
  deps: Deps,
): Promise<HeldRun<Progress>> {
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
        // What was on its way when it ended is too late.
        return former.endedAt !== null ? former : { ...former, aliveUntil: aliveFromNow(), ...next };
      },
      deps,
    );
  };
  // What a renewal fails of shows where the progress is written next.
  const renewal = setInterval(() => void change({}).catch(() => undefined), renewEveryMs).unref();
  return {
    id,
    letGo: () => clearInterval(renewal),
    tell: (told) => change({ progress: told }),
    async end(told) {
      clearInterval(renewal);
      await change({ progress: told, endedAt: clock.now() });
    },
  };
}
