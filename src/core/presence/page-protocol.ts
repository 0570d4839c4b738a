import * as z from 'zod/mini';

/*
 * Replies to the page of a presence test, which shares these guards. The page loads this file: no Node modules in here,
 * and of zod only what the page has already.
 */

/** The testers' consent text. */
export const presenceConsentVersion = 'presence-1';

/** Reasons for a missing presentation: no challenge was completed, or this tester cannot make it. */
export const skipReasons = ['no_response', 'not_done'] as const;
export type SkipReason = (typeof skipReasons)[number];

/** A light, a device or a species of the plan, as shown to a tester. */
const part = z.object({
  name: z.string(),
  title: z.string(),
  prepare: z.string(),
});
export type PlanPart = z.output<typeof part>;

/** The `index`-th of `of` on this device, from 0. */
const due = z.object({
  index: z.int(),
  of: z.int(),
  species: part,
  light: part,
});
export type DuePresentation = z.output<typeof due>;

const testerView = z.object({
  /** Operator, with contact data. */
  responsible: z.string(),
  keepDays: z.int(),
  devices: z.array(part),
  /** `null`: not agreed yet. */
  tester: z.nullable(z.object({ person: z.string(), device: z.string() })),
  /** `null` without a tester, or when done. */
  due: z.nullable(due),
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
