import * as z from 'zod/mini';

/*
 * What the server of a presence test replies to its page: the server is held to these guards, and the page reads by them. The
 * page loads this file: so nothing of Node is in here, and of zod what the page has anyway.
 */

/** Names the text that a tester agrees to. Another text has another name. */
export const presenceConsentVersion = 'presence-1';

/** Why a presentation came to nothing: it was made and no challenge came to its end; or this tester cannot make it. */
export const skipReasons = ['no_response', 'not_done'] as const;
export type SkipReason = (typeof skipReasons)[number];

/** A light, a device or a species of the plan, as a tester is told of it. */
const part = z.object({
  name: z.string(),
  title: z.string(),
  /** What to have ready, in words. */
  prepare: z.string(),
});
export type PlanPart = z.output<typeof part>;

/** The presentation that is to be made now, the `index`-th of `of` on this device, counted from 0. */
const due = z.object({
  index: z.int(),
  of: z.int(),
  species: part,
  light: part,
});
export type DuePresentation = z.output<typeof due>;

/** A test as the page of one tester may know it. */
const testerView = z.object({
  /** Who runs the test, and how they are reached. */
  responsible: z.string(),
  keepDays: z.int(),
  devices: z.array(part),
  /** `null` until somebody has agreed to take part. */
  tester: z.nullable(z.object({ person: z.string(), device: z.string() })),
  /** `null`: nobody takes part yet, or all is done on this device. */
  due: z.nullable(due),
  /** What became of each cell of the plan on this device. */
  cells: z.array(
    z.object({
      species: z.string(),
      light: z.string(),
      wanted: z.int(),
      kept: z.int(),
      noResponse: z.int(),
      isSkipped: z.boolean(),
    }),
  ),
});
export type TesterView = z.output<typeof testerView>;

export const testerReply = z.object({ view: testerView });
export const testerOpenedReply = z.object({ session: z.string(), view: testerView });
