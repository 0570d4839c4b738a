import { inTime } from '../src/core/deadline.js';
import type { Clock } from '../src/core/ports.js';
import { addSec } from '../src/core/units.js';

/** How many users may sign in today, and how many of them hold an enrolment token. */
export interface CensusCount {
  readonly users: number;
  readonly enrolled: number;
}

/** What was counted; at least so many where it is not complete. */
export interface Census extends CensusCount {
  /** Whether the provider's list was read to its end. */
  readonly isComplete: boolean;
}

/** Beyond this many, a count says enough. */
const mostUsers = 20_000;
/** An administrator looks on. */
const longestSec = 60;

/**
 * Adds up what the provider lists: the truth is the attribute, as no record here knows who has left or was cleared by hand.
 * @param pages - asked for one after the other, and no more of them than needed
 * @throws FaceError what `pages` throws
 */
export async function takeCensus(
  pages: AsyncIterable<CensusCount>,
  { clock }: { readonly clock: Clock },
): Promise<Census> {
  const iterator = pages[Symbol.asyncIterator]();
  const endsAt = addSec(clock.now(), longestSec);
  let users = 0;
  let enrolled = 0;
  while (users < mostUsers) {
    const page = await inTime<IteratorResult<CensusCount> | null>(iterator.next(), endsAt - clock.now(), () => null);
    if (page === null) break;
    if (page.done === true) return { users, enrolled, isComplete: true };
    users += page.value.users;
    enrolled += page.value.enrolled;
  }
  return { users, enrolled, isComplete: false };
}

/** Whether an attribute holds something. */
export const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Counts a page. @param values - of the attribute, one for each active user */
export const countPage = (values: readonly unknown[]): CensusCount => ({
  users: values.length,
  enrolled: values.filter(isFilled).length,
});
