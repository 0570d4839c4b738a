import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../../support/run/paths.js';

const storeKinds = ['sqlite', 'redis', 'dynamodb'] as const;
export type StoreKind = (typeof storeKinds)[number];

const costGuard = z.object({
  count: z.int().nonnegative(),
  keyUses: z.number(),
  /** Billed units of DynamoDB; `null` for other stores. */
  dynamodb: z.object({ readUnits: z.number(), writeUnits: z.number() }).nullable(),
});
export type Cost = z.output<typeof costGuard>;

const yearGuard = z.object({
  store: z.enum(storeKinds),
  people: z.int().positive(),
  bytesPerPerson: z.number().positive(),
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
