import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../../support/run/paths.js';

const costGuard = z.object({
  count: z.int().nonnegative(),
  /** Uses of the sealing key. */
  keyUses: z.number(),
  /** Billed units of DynamoDB; `null` for other stores. */
  dynamodb: z.object({ readUnits: z.number(), writeUnits: z.number() }).nullable(),
});
export type Cost = z.output<typeof costGuard>;

const yearGuard = z.object({
  store: z.string(),
  people: z.int().positive(),
  bytesPerPerson: z.number().positive(),
  sizes: z.array(z.object({ trailBytes: z.number() })),
  costs: z.object({ check: costGuard, hook: costGuard }).catchall(costGuard),
});

const measuredGuard = z.object({
  checkProcessorMs: z.number().positive(),
  /**
   * Processor time of one hook call, copied from `hooks.okta.each.token.cpuMsPerRequest` of `npm run bench -- hooks
   * --json`.
   */
  hookProcessorMs: z.number().positive(),
  years: z.array(yearGuard).min(1),
});
export type Measured = z.output<typeof measuredGuard>;

/** List prices by name. `source` is `estimate` for a price that was not looked up. */
const pricesGuard = z.object({
  region: z.string(),
  prices: z.record(
    z.string(),
    z.object({ dollars: z.number(), unit: z.string(), source: z.string(), asOf: z.string() }),
  ),
});
export type Prices = z.output<typeof pricesGuard>;

const read = (name: string): unknown => JSON.parse(readFileSync(join(projectRoot, 'docs/sizing', name), 'utf8'));

export const readMeasured = (): Measured => measuredGuard.parse(read('measured.json'));

export const readPrices = (): Prices => pricesGuard.parse(read('prices.json'));
