import type { Page } from './page.js';
import type { PageApi } from './page-api.js';
import type { Change, Facts } from './state.js';
import type { View } from './view.js';

/** What a step works with. */
export interface Tools {
  readonly page: Page;
  readonly api: PageApi;
  /** Rejects when the step is no longer wanted: the person has stopped the check, or its time is over. */
  readonly interrupted: Promise<never>;
}

/** Leads the person through one thing and returns what was learnt by it. Throws `Problem`. */
export type Step = (view: View, facts: Facts, tools: Tools) => Promise<Change>;

/** Waits; a negative time is none. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * For a step that waited for something else, such as a camera, and is about to show what came of it: the person may be
 * somewhere else by then.
 * @throws as `interrupted`, where the step is no longer wanted
 */
export const stillHere = ({ interrupted }: Pick<Tools, 'interrupted'>): Promise<void> =>
  Promise.race([interrupted, Promise.resolve()]);
