import * as z from 'zod/mini';

/*
 * Guards of the replies to the page of a presence test. The page bundles this file, so it must not import Node modules
 * or additional parts of zod.
 */

export const presenceConsentVersion = 'presence-2';

/** `no_response` if no challenge was completed, `not_done` if this tester cannot perform the test. */
export const skipReasons = ['no_response', 'not_done'] as const;
export type SkipReason = (typeof skipReasons)[number];

/** A light, a device or an attack species of the test plan, as shown to a tester. */
const part = z.object({
  name: z.string(),
  title: z.string(),
  prepare: z.string(),
});

/** The next test on this device: number `index`, from 0, of `of`. */
const due = z.object({
  index: z.int(),
  of: z.int(),
  species: part,
  light: part,
});
export type DuePresentation = z.output<typeof due>;

const testerView = z.object({
  responsible: z.string(),
  keepDays: z.int(),
  devices: z.array(part),
  tester: z.nullable(z.object({ person: z.string(), device: z.string() })),
  /** Next test, or `null` if there is no tester or all tests are done. */
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
