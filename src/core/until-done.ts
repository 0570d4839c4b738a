/** How long after each failure it is tried again; the last one again and again. */
const pausesMs = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

/**
 * Does work as often as it takes, in the background. Does not keep a process alive that is told to end.
 * @param onFailure - told of each
 * @returns settles once it is done; never rejects
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
 * Does work; where that fails, does what is to follow from it in the background, as `untilDone` does.
 * @param later - what follows; where absent, the same once more
 * @returns settles with the work; throws what that threw
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
