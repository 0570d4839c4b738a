import { z } from 'zod';
import { forkScript } from './forked.js';

/** Starts an HTTP server that returns a fixed text, as the lower limit of a hook's cost. */
export async function startBareServer(): Promise<{
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}> {
  const { pid, ask, stop } = forkScript(new URL('./hook-floor.js', import.meta.url));
  return { url: await ask({}, z.url()), pid, stop };
}
