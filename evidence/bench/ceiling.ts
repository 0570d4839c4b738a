import { z } from 'zod';
import { forkScript } from './forked.js';

/** Measures the machine's limit: one process per core runs the verification without a server. */
export async function measureCeiling(photo: Uint8Array, cores: number, count: number): Promise<number> {
  const script = new URL('./floor-process.js', import.meta.url);
  const children = Array.from({ length: cores }, () => forkScript(script));
  // All processes warm up, then start together.
  const all = (runs: number): Promise<number[]> =>
    Promise.all(children.map(({ ask }) => ask({ photo, count: runs }, z.number())));
  await all(20);
  const rates = await all(count);
  await Promise.all(children.map(({ stop }) => stop()));
  return rates.reduce((sum, rate) => sum + rate, 0);
}
