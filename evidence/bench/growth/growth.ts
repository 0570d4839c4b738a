import { cpus } from 'node:os';
import { z } from 'zod';
import { hasRedis } from '../../../test/redis.js';
import { BadInput } from '../../corpus/bad-input.js';
import { measureCheckProcessor } from '../step-up-judge.js';
import { type Growth, storeKinds } from './stored.js';
import { simulateYear, type YearReport } from './year.js';

/** JSON output of the benchmark, with stable property names. */
export interface GrowthReport {
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  /** Processor time of the face engine per check, which the simulation omits. */
  readonly checkProcessorMs: number;
  readonly years: readonly YearReport[];
}

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

export async function benchGrowth({ people, stores }: GrowthSize, say: (line: string) => void): Promise<GrowthReport> {
  const checkProcessorMs = await measureCheckProcessor(people < defaultPeople ? 20 : 100);
  const years: YearReport[] = [];
  for (const store of stores) {
    if (store === 'redis' && !hasRedis) say('  SKIPPED: there is no Redis');
    else years.push(await simulateYear(store, people, say));
  }
  const date = new Date().toISOString().slice(0, 10);
  return { date, node: process.version, cpu: cpus()[0]?.model ?? 'unknown', checkProcessorMs, years };
}

const showGrowthOf = (name: string, { start, end, ratio }: Growth): string =>
  `  ${name}   p50 ${start.p50Ms} → ${end.p50Ms} ms (× ${ratio.p50})   p99 ${start.p99Ms} → ${end.p99Ms} ms (× ${ratio.p99})`;

export const showGrowth = ({ checkProcessorMs, years }: GrowthReport): string[] => [
  `The engine takes ${checkProcessorMs} ms of the processor for a check.`,
  ...years.flatMap(({ store, people, bytesPerPerson, rssMiB, growth, costs }) => [
    `${store}: a year of ${people} people: ${bytesPerPerson} bytes each; process ${rssMiB.start} → ${rssMiB.end} MiB`,
    showGrowthOf('a hook', growth.hook),
    showGrowthOf('what a check waits for', growth.check),
    ...Object.entries(costs).map(
      ([name, { count, stateCalls, ledgerCalls, keyUses, dynamodb }]) =>
        `  ${name.padEnd(10)} ${String(count).padStart(8)} ×   state ${stateCalls}   ledger ${ledgerCalls}   key ${keyUses}${
          dynamodb === null ? '' : `   units: ${dynamodb.readUnits} read, ${dynamodb.writeUnits} written`
        }`,
    ),
  ]),
];
