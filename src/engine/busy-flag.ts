import { z } from 'zod';

/*
 * The model runtime aborts the whole process when a thread is torn down in the middle of a run, and an abort may leave a
 * core file with photos in it. So a process that ends, in whatever order, first lets the running job finish.
 */

const idle = 0;
const busy = 1;
const stopped = 2;

/** One worker's state, seen by the pool and by the worker without a message. */
export type BusyFlag = Int32Array<SharedArrayBuffer>;

/** Checks that what a worker was given is a flag. */
export const busyFlagGuard = z.custom<BusyFlag>(
  (value) => value instanceof Int32Array && value.buffer instanceof SharedArrayBuffer && value.length === 1,
);

/** A flag of a worker with nothing to do. */
export const createBusyFlag = (): BusyFlag => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Worker's side: marks the begin of a job. @returns whether it may begin; not once the process is ending. */
export const enterJob = (flag: BusyFlag): boolean => Atomics.compareExchange(flag, 0, idle, busy) === idle;

/** Worker's side: marks the end of a job. */
export function leaveJob(flag: BusyFlag): void {
  Atomics.store(flag, 0, idle);
  Atomics.notify(flag, 0);
}

/** Pool's side, when the process ends: blocks until the running job is over, then lets none begin. */
export function stopJobs(flag: BusyFlag, timeoutMs: number): void {
  Atomics.wait(flag, 0, busy, timeoutMs);
  Atomics.compareExchange(flag, 0, idle, stopped);
}
