import { patienceMs } from './patience.js';

/** Tries again until it holds, for far longer than it takes. */
export async function eventually(check: () => Promise<unknown>): Promise<void> {
  const lastTry = Date.now() + patienceMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > lastTry) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
