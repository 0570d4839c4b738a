import type { Page } from './page.js';
import type { PageApi } from './page-api.js';
import type { Change, Facts } from './state.js';
import type { View } from './view.js';

/** What a step works with. */
export interface Tools {
  readonly page: Page;
  readonly api: PageApi;
  /** Rejects when the step is no longer wanted: the time of the whole check is over. */
  readonly interrupted: Promise<never>;
}

/** Leads the person through one thing and returns what was learnt by it. Throws `Problem`. */
export type Step = (view: View, facts: Facts, tools: Tools) => Promise<Change>;

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** The person can't or doesn't want to: the check is over, and the server says where they can go. */
export const decline = async ({ api }: Tools): Promise<Change> => ({ view: await api.decline() });
