import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../../test/paths.js';

export const storeKinds = ['sqlite', 'redis', 'dynamodb'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** What one operation takes on average. */
const costGuard = z.object({
  count: z.int().nonnegative(),
  /** Calls of the state store, a round trip each. */
  stateCalls: z.number(),
  /** Calls of the ledger, behind it, if it is written alone. A busy server writes fifty lines at once. */
  ledgerCalls: z.number(),
  /** Uses of the key that seals tokens. */
  keyUses: z.number(),
  /** Requests and units, ledger and index included; `null` if nothing is billed so. */
  dynamodb: z.object({ requests: z.number(), readUnits: z.number(), writeUnits: z.number() }).nullable(),
});
export type Cost = z.output<typeof costGuard>;

const timesGuard = z.object({ p50Ms: z.number(), p99Ms: z.number() });

/** How long one kind of operation took at the beginning and at the end of the year, and their ratio in the same run. */
const growthGuard = z.object({
  start: timesGuard,
  end: timesGuard,
  ratio: z.object({ p50: z.number(), p99: z.number() }),
});
export type Growth = z.output<typeof growthGuard>;

/** A year of so many people on one store, as `npm run bench -- scale --people N --json` prints it. */
export const yearGuard = z.object({
  store: z.enum(storeKinds),
  people: z.int().positive(),
  /** The most of `sizes`, for each person. */
  bytesPerPerson: z.number().positive(),
  /** Of the process that runs all of it, the simulated people and their profiles included. */
  rssMiB: z.object({ start: z.number(), end: z.number() }),
  /** What is stored at the end of each 30 days. */
  sizes: z.array(z.object({ day: z.int(), bytes: z.number(), trailBytes: z.number() })).min(1),
  /** A hook's decision; what a check waits for state and trail. */
  growth: z.object({ hook: growthGuard, check: growthGuard }),
  /** `pruning`: of the ledger, once a week. */
  costs: z.object({
    ...{ enrolment: costGuard, check: costGuard, hook: costGuard },
    ...{ leaver: costGuard, pruning: costGuard },
  }),
});
export type Year = z.output<typeof yearGuard>;
export type Operation = keyof Year['costs'];

const measuredGuard = z.object({
  date: z.iso.date(),
  cpu: z.string(),
  node: z.string(),
  checkProcessorMs: z.number().positive(),
  /** `hooks.okta.each.token.cpuMsPerRequest` of `npm run bench -- hooks --json`. */
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

/** Reads what was measured for `docs/sizing.md`, as it is stored beside it. */
export const readMeasured = (): Measured => measuredGuard.parse(read('measured.json'));

/** Reads list prices, in dollars. */
export const readPrices = (): Prices => pricesGuard.parse(read('prices.json'));
