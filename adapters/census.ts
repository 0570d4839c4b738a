import { SealedToken } from '../src/core/concealed.js';
import { inTime } from '../src/core/deadline.js';
import type { Clock } from '../src/core/ports.js';
import { addSec } from '../src/core/units.js';

/** How many users may sign in today, and how many of them hold an enrolment token. */
export interface CensusCount {
  readonly users: number;
  readonly enrolled: number;
}

/** A user, and what the attribute holds. */
export interface CensusUser {
  readonly subject: string;
  readonly value: unknown;
}

/** A user whose attribute holds something: a token, or what somebody else wrote there. */
export interface Holder {
  readonly subject: string;
  readonly token: SealedToken;
}

/** Some of the users that a provider lists. */
export interface CensusPage extends CensusCount {
  readonly holders: readonly Holder[];
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
 * @param onHolder - receives each user who counts as enrolled
 * @throws FaceError what `pages` throws
 */
export async function takeCensus(
  pages: AsyncIterable<CensusPage>,
  { clock }: { readonly clock: Clock },
  onHolder: (holder: Holder) => void = () => {},
): Promise<Census> {
  const iterator = pages[Symbol.asyncIterator]();
  const endsAt = addSec(clock.now(), longestSec);
  let users = 0;
  let enrolled = 0;
  while (users < mostUsers) {
    const page = await inTime<IteratorResult<CensusPage> | null>(iterator.next(), endsAt - clock.now(), () => null);
    if (page === null) break;
    if (page.done === true) return { users, enrolled, isComplete: true };
    users += page.value.users;
    enrolled += page.value.enrolled;
    page.value.holders.forEach(onHolder);
  }
  return { users, enrolled, isComplete: false };
}

/** Whether an attribute holds something. */
export const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Counts a page. @param users - the active ones */
export function countPage(users: readonly CensusUser[]): CensusPage {
  const filled = users.filter(({ value }) => isFilled(value));
  const holders = filled.map(({ subject, value }) => ({ subject, token: new SealedToken(String(value)) }));
  return { users: users.length, enrolled: holders.length, holders };
}
