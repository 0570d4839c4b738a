import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../../support/run/paths.js';

const storeKinds = ['sqlite', 'redis', 'dynamodb'] as const;
export type StoreKind = (typeof storeKinds)[number];

const costGuard = z.object({
  count: z.int().nonnegative(),
  stateCalls: z.number(),
  keyUses: z.number(),
  /** DynamoDB requests and billed units; `null` for other stores. */
  dynamodb: z.object({ requests: z.number(), readUnits: z.number(), writeUnits: z.number() }).nullable(),
});
export type Cost = z.output<typeof costGuard>;

/** Median times in the third and the tenth month. `ratio`: relative to work that does not depend on the store. */
const growthGuard = z.object({ startMs: z.number(), endMs: z.number(), ratio: z.number() });
export type Growth = z.output<typeof growthGuard>;

const yearGuard = z.object({
  store: z.enum(storeKinds),
  people: z.int().positive(),
  /** Size of the store after copies were added for month 10; `null` if there are none. */
  filled: z.object({ people: z.int() }).nullable().default(null),
  bytesPerPerson: z.number().positive(),
  /** Memory of the process, including the simulated people and profiles. */
  rssMiB: z.object({ start: z.number(), end: z.number() }),
  sizes: z.array(z.object({ day: z.int(), bytes: z.number(), trailBytes: z.number() })).min(1),
  growth: z.object({ check: growthGuard, hook: growthGuard }),
  costs: z.object({
    enrolment: costGuard,
    check: costGuard,
    hook: costGuard,
    leaver: costGuard,
    pruning: costGuard,
  }),
});
export type Year = z.output<typeof yearGuard>;

const measuredGuard = z.object({
  date: z.iso.date(),
  cpu: z.string(),
  node: z.string(),
  checkProcessorMs: z.number().positive(),
  /**
   * Processor time of one hook call, copied from `hooks.okta.each.token.cpuMsPerRequest` of `npm run bench -- hooks
   * --json`.
   */
  hookProcessorMs: z.number().positive(),
  years: z.array(yearGuard).min(1),
});
export type Measured = z.output<typeof measuredGuard>;

const pricesGuard = z.object({
  region: z.string(),
  asOf: z.string(),
  machine: z.object({ name: z.string(), cores: z.int(), memoryGiB: z.number(), dollarsAnHour: z.number() }),
  kms: z.object({ dollarsPer10000: z.number(), dollarsAKeyAMonth: z.number() }),
  dynamodb: z.object({
    dollarsPerMillionWritten: z.number(),
    dollarsPerMillionRead: z.number(),
    dollarsAGBAMonth: z.number(),
  }),
});
export type Prices = z.output<typeof pricesGuard>;

const read = (name: string): unknown => JSON.parse(readFileSync(join(projectRoot, 'docs/sizing', name), 'utf8'));

export const readMeasured = (): Measured => measuredGuard.parse(read('measured.json'));

export const readPrices = (): Prices => pricesGuard.parse(read('prices.json'));
