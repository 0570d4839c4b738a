import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const messageGuard = z.tuple([z.union([z.number(), z.literal('warm')])]).rest(z.unknown());

/**
 * What the machine itself allows: the floor in as many processes at once as it has cores, each by itself, with no server.
 * Cores share memory and caches, so this is less than so many times one core's floor.
 * @param count - verifications of each process
 * @returns verifications each second, all processes together
 */
export async function measureCeiling(photo: Uint8Array, cores: number, count: number): Promise<number> {
  const script = fileURLToPath(new URL('./floor-process.js', import.meta.url));
  const children = Array.from({ length: cores }, () => fork(script));
  const ask = async (child: (typeof children)[number], message: string | object) => {
    const answer = once(child, 'message');
    child.send(message);
    return messageGuard.parse(await answer)[0];
  };
  const job = { photo: Buffer.from(photo).toString('base64'), count };
  await Promise.all(children.map((child) => ask(child, job)));
  const rates = await Promise.all(children.map((child) => ask(child, 'go')));
  return rates.reduce<number>((sum, rate) => sum + Number(rate), 0);
}
