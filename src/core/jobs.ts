import { type FaceErrorCode, toCode } from '../errors.js';
import type { JobName } from './job-names.js';
import type { Clock, Log } from './ports.js';
import type { EpochMs } from './units.js';

/** A job, and how often it runs. */
export interface Job {
  readonly name: JobName;
  /** From the end of one run to the begin of the next, in seconds. The first run is as long after the start. */
  readonly everySec: number;
  /** What it throws is logged and counted, and it runs again after the interval. */
  run(): Promise<void>;
}

/** How a job stands. */
export interface JobState {
  readonly name: JobName;
  readonly everySec: number;
  readonly runs: number;
  readonly failures: number;
  /** `null` before the first run has ended. */
  readonly last: {
    readonly endedAt: EpochMs;
    readonly tookMs: number;
    /** `null` where it succeeded. */
    readonly code: FaceErrorCode | null;
  } | null;
}

/** A job that was started. */
export interface RunningJob {
  /** Runs it now, or after the run under way. Never rejects. @returns settles with that run */
  runNow(): Promise<void>;
  /** Ends the repetition. @returns settles once the run under way has ended */
  stop(): Promise<void>;
}

/** The jobs of a process. */
export interface Jobs {
  start(job: Job): RunningJob;
  /** How each stands that was started and not stopped, by name. */
  states(): readonly JobState[];
}

/** What jobs take from outside. */
export interface JobsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends early where the signal does. Never rejects, and keeps no process alive. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told after each run. */
  readonly onRun: (state: JobState) => void;
}

/** Makes the registry of a process. Runs of one job never overlap; jobs do not wait for each other. */
export function createJobs({ clock, log, sleep, onRun }: JobsDeps): Jobs {
  const started = new Map<JobName, () => JobState>();
  return {
    start({ name, everySec, run }) {
      let state: JobState = { name, everySec, runs: 0, failures: 0, last: null };
      started.set(name, () => state);

      const runOnce = async (): Promise<void> => {
        const began = clock.now();
        const code = await run().then(() => null, toCode);
        const formerCode = state.last?.code ?? null;
        // Once when it begins to fail, and not at every run of an outage.
        if (code !== null && code !== formerCode) log.warn('a background job fails', { job: name, code });
        if (code === null && formerCode !== null) log.info('a background job works again', { job: name });
        const endedAt = clock.now();
        state = {
          ...{ name, everySec, runs: state.runs + 1, failures: state.failures + (code === null ? 0 : 1) },
          last: { endedAt, tookMs: endedAt - began, code },
        };
        onRun(state);
      };

      let running: Promise<void> = Promise.resolve();
      let waiting: Promise<void> | null = null;
      /** However often it is asked for while a run is under way, one more follows. */
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
