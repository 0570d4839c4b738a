import { z } from 'zod';
import { libraryNames } from './library.js';

/* What passes between the benchmark and the processes of the libraries. */

const photoGuard = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const pairGuard = z.tuple([z.int(), z.int()]).readonly();
const photosGuard = z.tuple([photoGuard, photoGuard]).readonly();

/** Two photos, by their places in a list. */
export type Pair = z.infer<typeof pairGuard>;
/** Two photos themselves, encoded. */
export type PhotoPair = z.infer<typeof photosGuard>;

export const jobGuard = z.discriminatedUnion('task', [
  /** Be ready: loaded, and one photo through. */
  z.object({ task: z.literal('start'), library: z.enum(libraryNames), photo: photoGuard }),
  /** Two photos, from bytes to a decision, so many times. */
  z.object({ task: z.literal('verify'), photos: photosGuard, runs: z.int() }),
  /** Pairs one after the other, each from bytes to a decision. */
  z.object({ task: z.literal('pairs'), pairs: z.array(photosGuard).readonly() }),
  /** Keeps the templates of these photos, after those it has. */
  z.object({ task: z.literal('embed'), photos: z.array(photoGuard).readonly() }),
  /** Compares templates it keeps. */
  z.object({ task: z.literal('compare'), pairs: z.array(pairGuard).readonly() }),
]);
export type Job = z.infer<typeof jobGuard>;

const settingsGuard = z.object({
  version: z.string(),
  backend: z.string(),
  settings: z.string(),
  threshold: z.string(),
});
export type Settings = z.infer<typeof settingsGuard>;

/** One comparison; `null` where one of the two photos gave no template. */
const comparisonGuard = z.object({ score: z.number(), isMatch: z.boolean() }).nullable();

/** What is answered to each job. */
export const answerGuards = {
  start: settingsGuard,
  /** Milliseconds of each run. */
  verify: z.array(z.number()),
  /** Of all together, in milliseconds: time passed, and processor time of the process. */
  pairs: z.object({ passedMs: z.number(), processorMs: z.number() }),
  /** Whether a face was found, of each photo. */
  embed: z.array(z.boolean()),
  compare: z.array(comparisonGuard),
} as const satisfies Record<Job['task'], z.ZodType>;
export type Answer = z.infer<(typeof answerGuards)[Job['task']]>;
