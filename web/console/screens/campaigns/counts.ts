import type { Campaign, PersonState } from './requests.js';

export const countIn = ({ counts }: Pick<Campaign, 'counts'>, ...states: readonly PersonState[]): number =>
  states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);

/** Returns the number of invited people, without the skipped ones. */
export const invitedIn = ({ counts }: Pick<Campaign, 'counts'>): number =>
  Object.entries(counts).reduce((sum, [state, count]) => (state === 'left_out' ? sum : sum + (count ?? 0)), 0);
