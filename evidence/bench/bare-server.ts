import { z } from 'zod';
import { forkScript } from './forked.js';

export async function startBareServer(): Promise<{
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}> {
  const { pid, ask, stop } = forkScript(new URL('./hook-floor.js', import.meta.url));
  return { url: await ask({}, z.url()), pid, stop };
}
