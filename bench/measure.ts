import { execFileSync } from 'node:child_process';

/** The middle of some numbers; of the given share where it is not one half. */
export function quantile(values: readonly number[], share = 0.5): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** How long each of `count` runs in a row took, in milliseconds. */
export async function timeEach(count: number, run: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const from = performance.now();
    await run();
    times.push(performance.now() - from);
  }
  return times;
}

/** Keeps `width` runs going until `count` are done. @returns how many were done each second, and each one's time in ms */
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

/** Resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
  const kibibytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kibibytes.trim()) / 1024;
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
