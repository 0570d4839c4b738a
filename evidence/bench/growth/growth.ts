import { cpus } from 'node:os';
import { z } from 'zod';
import { BadInput } from '../../../src/extensions/measuring/corpus/corpus.js';
import { hasRedis } from '../../../test/redis.js';
import { measureCheckProcessor } from '../step-up.js';
import { storeKinds } from './stored.js';
import { simulateYear } from './year.js';

const defaultPeople = 100_000;

const optionsGuard = z.object({
  people: z.coerce.number().int().min(10).default(defaultPeople),
  stores: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(storeKinds)))
    .default([...storeKinds]),
});

type GrowthSize = z.output<typeof optionsGuard>;

/** @throws BadInput for an invalid number or store */
export function parseGrowthSize(given: { people?: string | undefined; stores?: string | undefined }): GrowthSize {
  const { success, data } = optionsGuard.safeParse(given);
  if (!success) throw new BadInput(`--people takes a number from 10 on, --stores some of ${storeKinds.join(',')}`);
  return data;
}

/** @returns the JSON output of the benchmark, with stable property names */
export async function benchGrowth({ people, stores }: GrowthSize, say: (line: string) => void) {
  // Processor time of the face engine per check, which the simulation omits.
  const checkProcessorMs = await measureCheckProcessor(people < defaultPeople ? 20 : 100);
  const years = [];
  for (const store of stores) {
    if (store === 'redis' && !hasRedis) say('  SKIPPED: there is no Redis');
    else years.push(await simulateYear(store, people, say));
  }
  const date = new Date().toISOString().slice(0, 10);
  return { date, node: process.version, cpu: cpus()[0]?.model ?? 'unknown', checkProcessorMs, years };
}
