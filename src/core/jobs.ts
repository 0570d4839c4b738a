import { type FaceErrorCode, toCode } from '../errors.js';
import type { Ports } from './deps.js';
import type { EpochMs } from './units.js';

export interface Job {
  /** As docs/operations.md describes it. */
  readonly name: string;
  /** Seconds from the end of one run to the start of the next. */
  readonly everySec: number;
  run(): Promise<void>;
}

export interface JobState {
  readonly name: string;
  readonly everySec: number;
  readonly runs: number;
  readonly failures: number;
  /** Latest run that has ended, or `null` if there is none. */
  readonly last: {
    readonly endedAt: EpochMs;
    readonly tookMs: number;
    /** Error code, or `null` after a success. */
    readonly code: FaceErrorCode | null;
  } | null;
}

export interface RunningJob {
  /** Runs the job now, or after the current run. Never rejects. */
  runNow(): Promise<void>;
  /** Stops the job. @returns a promise that resolves after the current run */
  stop(): Promise<void>;
}

export interface Jobs {
  start(job: Job): RunningJob;
  states(): readonly JobState[];
}

export interface JobsDeps extends Ports<'clock' | 'log'> {
  /** Waits, but ends early if the signal aborts. Never rejects, and does not keep the process alive. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onRun: (state: JobState) => void;
}

/** Creates the job registry. Runs of one job never overlap. */
export function createJobs({ clock, log, sleep, onRun }: JobsDeps): Jobs {
  const started = new Map<string, () => JobState>();
  return {
    start({ name, everySec, run }) {
      let state: JobState = { name, everySec, runs: 0, failures: 0, last: null };
      started.set(name, () => state);

      const runOnce = async (): Promise<void> => {
        const began = clock.now();
        const code = await run().then(() => null, toCode);
        const formerCode = state.last?.code ?? null;
        // A failure is logged once per outage.
        if (code !== null && code !== formerCode) log.warn('background job failed', { job: name, code });
        if (code === null && formerCode !== null) log.info('background job recovered', { job: name });
        const endedAt = clock.now();
        state = {
          name,
          everySec,
          runs: state.runs + 1,
          failures: state.failures + (code === null ? 0 : 1),
          last: { endedAt, tookMs: endedAt - began, code },
        };
        onRun(state);
      };

      let running: Promise<void> = Promise.resolve();
      let waiting: Promise<void> | null = null;
      const runNow = (): Promise<void> => {
        waiting ??= running.then(() => {
          waiting = null;
          running = runOnce();
          return running;
        });
        return waiting;
      };

      const stopping = new AbortController();
      const repeat = async (): Promise<void> => {
        await sleep(everySec * 1000, stopping.signal);
        while (!stopping.signal.aborted) {
          await runNow();
          await sleep(everySec * 1000, stopping.signal);
        }
      };
      void repeat();

      return {
        runNow,
        async stop() {
          stopping.abort();
          await (waiting ?? running);
          started.delete(name);
        },
      };
    },
    states: () => [...started.values()].map((stateOf) => stateOf()).sort((a, b) => a.name.localeCompare(b.name)),
  };
}
