import type { Pending } from '../web/face-check.js';
import type { Question } from './questions.js';

export interface ShownCard {
  readonly subject: string;
  readonly givenName: string | null;
}

export type Progress =
  | { readonly at: 'asking' }
  | { readonly at: 'answered' }
  /** `responseCode`: code that a wallet on this device gives to the browser; `null` for a wallet on another device. */
  | { readonly at: 'shown'; readonly card: ShownCard; readonly responseCode: string | null }
  | { readonly at: 'refused'; readonly why: string }
  | { readonly at: 'face'; readonly card: ShownCard; readonly begunAt: number; readonly pending: Pending };

/** A sign-in in one browser, with one request for this device and one for other devices. Answering one closes both. */
export interface Visit {
  readonly elsewhere: Question;
  readonly here: Question;
  readonly until: number;
  progress: Progress;
}

export interface Asked {
  readonly visit: Visit;
  readonly question: Question;
}

/**
 * Stores visits by browser cookie and by request id. The cookie's value is unrelated to the request ids, so a photo of
 * the code on the screen does not reveal the cookie.
 */
export function createVisits({ lifeMs, now }: { readonly lifeMs: number; readonly now: () => number }) {
  const visits = new Map<string, Visit>();
  const current = (): [string, Visit][] => {
    for (const [browser, { until }] of visits) if (until <= now()) visits.delete(browser);
    return [...visits];
  };
  const find = (id: string): Asked | undefined => {
    for (const [, visit] of current()) {
      const question = [visit.elsewhere, visit.here].find((each) => each.id === id);
      if (question !== undefined && visit.progress.at === 'asking') return { visit, question };
    }
    return undefined;
  };
  return {
    begin(browser: string, questions: Pick<Visit, 'elsewhere' | 'here'>): void {
      visits.set(browser, { ...questions, until: now() + lifeMs, progress: { at: 'asking' } });
    },
    of: (browser: string): Visit | undefined => current().find(([each]) => each === browser)?.[1],
    find,
    /** Takes an open request. This works once: any answer closes all requests of the visit. */
    take(id: string): Asked | undefined {
      const asked = find(id);
      if (asked !== undefined) asked.visit.progress = { at: 'answered' };
      return asked;
    },
    end: (browser: string): boolean => visits.delete(browser),
  };
}
