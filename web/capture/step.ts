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

/** Waits, unless the time is negative. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * Continues after a wait only if the step was not interrupted.
 * @throws the reason of `interrupted`
 */
export const stillHere = ({ interrupted }: Pick<Tools, 'interrupted'>): Promise<void> =>
  Promise.race([interrupted, Promise.resolve()]);
