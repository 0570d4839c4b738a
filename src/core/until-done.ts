/** Back-off in milliseconds after each failure. The last pause repeats. */
const pausesMs = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

/**
 * Retries work in the background until it succeeds, without keeping the process alive.
 * @returns a promise that resolves when the work has succeeded, and never rejects
 */
export async function untilDone(work: () => Promise<unknown>, onFailure: (error: unknown) => void): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      onFailure(error);
      await pause(pausesMs[Math.min(tries, pausesMs.length - 1)] ?? 0);
    }
  }
}

/**
 * Runs work. If it fails, throws the error and retries in the background like `untilDone`.
 * @param later - work to retry, by default the same
 */
export const nowOrLater = <Result>(
  work: () => Promise<Result>,
  onFailure: (error: unknown) => void,
  later: () => Promise<unknown> = work,
): Promise<Result> =>
  work().catch((error: unknown) => {
    void untilDone(later, onFailure);
    throw error;
  });

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
