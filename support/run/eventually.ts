import { patienceMs } from './patience.js';

/** Retries a check until it passes or a generous time limit is reached. */
export async function eventually(check: () => Promise<unknown>): Promise<void> {
  const lastTry = Date.now() + patienceMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > lastTry) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Waits until a condition holds, with the same time limit. */
export const until = (isSo: () => boolean | Promise<boolean>): Promise<void> =>
  eventually(async () => {
    if (!(await isSo())) throw new Error(`This never became true: ${isSo}`);
  });
