import type { Page } from './page.js';
import type { PageApi } from './page-api.js';
import type { Change, Facts } from './state.js';
import type { View } from './view.js';

export interface Tools {
  readonly page: Page;
  readonly api: PageApi;
  /** Rejects if the user stopped the check or its time is over. */
  readonly interrupted: Promise<never>;
}

export type Step = (view: View, facts: Facts, tools: Tools) => Promise<Change>;

/** Waits for a time. A negative time counts as zero. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * Rejects if the step was interrupted. Call this after a wait, before continuing.
 * @throws the reason of `interrupted`
 */
export const stillHere = ({ interrupted }: Pick<Tools, 'interrupted'>): Promise<void> =>
  Promise.race([interrupted, Promise.resolve()]);
