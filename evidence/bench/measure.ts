import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

export function quantile(values: readonly number[], share = 0.5): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export async function timeEach(count: number, run: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const from = performance.now();
    await run();
    times.push(performance.now() - from);
  }
  return times;
}

/** Runs `count` calls, of which `width` are concurrent. */
export async function load(
  count: number,
  width: number,
  run: () => Promise<void>,
): Promise<{ perSecond: number; times: number[] }> {
  let left = count;
  const times: number[] = [];
  const from = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) times.push(...(await timeEach(1, run)));
    }),
  );
  return { perSecond: (count * 1000) / (performance.now() - from), times };
}

/** Returns the memory of a process and of those that it started. Pages that they share count for each. */
export function residentMiB(pid: number): number {
  const kibibytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid), '--ppid', String(pid)], { encoding: 'utf8' });
  return (
    kibibytes
      .trim()
      .split(/\s+/)
      .map(Number)
      .reduce((sum, each) => sum + each, 0) / 1024
  );
}

/** Returns the greatest memory of a process while the work lasts. */
export async function peakMiB(pid: number, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, Math.round(residentMiB(pid)));
  };
  const timer = setInterval(look, 100);
  try {
    await work();
    look();
    return peak;
  } finally {
    clearInterval(timer);
  }
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** Linux reports processor time in hundredths of a second on all machines (`getconf CLK_TCK`). */
const tickMs = 10;

/**
 * Returns the processor time, in milliseconds, of a process and of those that it started and that still run.
 * @throws Error on any system but Linux
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export async function processorMs(pid: number): Promise<number> {
  const started = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = [pid, ...started.trim().split(' ').filter(Boolean).map(Number)];
  return (await Promise.all(pids.map(processorMsOf))).reduce((sum, each) => sum + each, 0);
}

async function processorMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The process name may contain spaces and brackets, so fields are counted from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = fields.slice(11, 13);
  return (Number(user) + Number(system)) * tickMs;
}
