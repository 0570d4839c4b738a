import { z } from 'zod';

/*
 * The model runtime aborts the process if a thread ends during a run, and a core file may contain photos. On exit, the
 * process therefore waits for running jobs.
 */

const idle = 0;
const busy = 1;
const stopped = 2;

export type BusyFlag = Int32Array<SharedArrayBuffer>;

export const busyFlagGuard = z.custom<BusyFlag>(
  (value) => value instanceof Int32Array && value.buffer instanceof SharedArrayBuffer && value.length === 1,
);

export const createBusyFlag = (): BusyFlag => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

export const markBusy = (flag: BusyFlag): boolean => Atomics.compareExchange(flag, 0, idle, busy) === idle;

export function markIdle(flag: BusyFlag): void {
  Atomics.store(flag, 0, idle);
  Atomics.notify(flag, 0);
}

/** Blocks until the running job ends or the timeout passes, and prevents new jobs. */
export function stopJobs(flag: BusyFlag, timeoutMs: number): void {
  Atomics.wait(flag, 0, busy, timeoutMs);
  Atomics.compareExchange(flag, 0, idle, stopped);
}
