import { z } from 'zod';
import { forkScript } from './forked.js';

/** Starts the floor of the hooks: a server in a process of its own that reads the call and answers a fixed text. */
export async function startBareServer(): Promise<{
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}> {
  const { pid, ask, stop } = forkScript(new URL('./hook-floor.js', import.meta.url));
  return { url: await ask({}, z.url()), pid, stop };
}
