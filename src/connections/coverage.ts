import type { Ports } from '../core/deps.js';
import { withTimeout } from '../core/resilience.js';
import { SealedToken } from '../core/secrets.js';
import { addSec } from '../core/units.js';

export interface CoverageCount {
  readonly users: number;
  readonly enrolled: number;
}

/** A user whose attribute contains an enrolment token or another value. */
export interface Holder {
  readonly subject: string;
  readonly token: SealedToken;
}

export interface CoveragePage extends CoverageCount {
  readonly holders: readonly Holder[];
}

export interface EnrolmentCoverage extends CoverageCount {
  readonly isComplete: boolean;
}

const mostUsers = 20_000;
const longestSec = 60;

/**
 * Counts enrolled users at the provider, because local records still include users who left.
 * @throws FaceError from `pages`
 */
export async function measureCoverage(
  pages: AsyncIterable<CoveragePage>,
  { clock }: Ports<'clock'>,
  onPage: (page: CoveragePage) => void = () => {},
): Promise<EnrolmentCoverage> {
  const iterator = pages[Symbol.asyncIterator]();
  const endsAt = addSec(clock.now(), longestSec);
  let users = 0;
  let enrolled = 0;
  while (users < mostUsers) {
    const page = await withTimeout<IteratorResult<CoveragePage> | null>(
      iterator.next(),
      endsAt - clock.now(),
      () => null,
    );
    if (page === null) break;
    if (page.done === true) return { users, enrolled, isComplete: true };
    users += page.value.users;
    enrolled += page.value.enrolled;
    onPage(page.value);
  }
  // Ends the reading at the provider.
  void iterator.return?.();
  return { users, enrolled, isComplete: false };
}

export const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

export function countPage(users: readonly { readonly subject: string; readonly value: unknown }[]): CoveragePage {
  const filled = users.filter(({ value }) => isFilled(value));
  const holders = filled.map(({ subject, value }) => ({ subject, token: new SealedToken(String(value)) }));
  return { users: users.length, enrolled: holders.length, holders };
}
