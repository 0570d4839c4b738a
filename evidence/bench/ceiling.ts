import { z } from 'zod';
import { forkScript } from './forked.js';

/**
 * Measures what the machine itself allows: the floor in as many processes at once as it has cores, each by itself, with no
 * server. Cores share memory and caches, so this is less than so many times one core's floor.
 * @param count - verifications of each process
 * @returns verifications each second, all processes together
 */
export async function measureCeiling(photo: Uint8Array, cores: number, count: number): Promise<number> {
  const script = new URL('./floor-process.js', import.meta.url);
  const children = Array.from({ length: cores }, () => forkScript(script));
  // Together once all are warm.
  const all = (runs: number): Promise<number[]> =>
    Promise.all(children.map(({ ask }) => ask({ photo, count: runs }, z.number())));
  await all(20);
  const rates = await all(count);
  await Promise.all(children.map(({ stop }) => stop()));
  return rates.reduce((sum, rate) => sum + rate, 0);
}
