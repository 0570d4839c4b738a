import type { Campaign, PersonState } from './requests.js';

/** How many people are in one of some states. */
export const countIn = ({ counts }: Pick<Campaign, 'counts'>, ...states: readonly PersonState[]): number =>
  states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);

/** How many are to enrol: everybody but those who are left out. */
export const invitedIn = ({ counts }: Pick<Campaign, 'counts'>): number =>
  Object.entries(counts).reduce((sum, [state, count]) => (state === 'left_out' ? sum : sum + (count ?? 0)), 0);
