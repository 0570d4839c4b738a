import type { Pending } from '../web/face-check.js';
import type { Question } from './questions.js';

/** What a card said that was good. */
export interface ShownCard {
  readonly subject: string;
  readonly givenName: string | null;
}

/** How far a browser has come. */
export type Progress =
  | { readonly at: 'asking' }
  | { readonly at: 'answered' }
  /** `responseCode`: the wallet on this very device leads the browser back with it; `null`: it was on another device. */
  | { readonly at: 'shown'; readonly card: ShownCard; readonly responseCode: string | null }
  | { readonly at: 'refused'; readonly why: string }
  | { readonly at: 'face'; readonly card: ShownCard; readonly begunAt: number; readonly pending: Pending };

/** One browser that wants to sign in. Either question may be answered, and then both are. */
export interface Visit {
  readonly elsewhere: Question;
  readonly here: Question;
  /** Milliseconds since 1970. */
  readonly until: number;
  progress: Progress;
}

/** A question of a visit that is open. */
export interface Asked {
  readonly visit: Visit;
  readonly question: Question;
}

/**
 * Visits by the cookie of their browser, and by the questions that are out. A browser's secret and what its screen shows are two
 * things: whoever photographs the code has not got the cookie.
 */
export function createVisits({ lifeMs, now }: { readonly lifeMs: number; readonly now: () => number }) {
  const visits = new Map<string, Visit>();
  const current = (): [string, Visit][] => {
    for (const [browser, { until }] of visits) if (until <= now()) visits.delete(browser);
    return [...visits];
  };
  /** By what a wallet was given, while it is open. */
  const find = (id: string): Asked | undefined => {
    for (const [, visit] of current()) {
      const question = [visit.elsewhere, visit.here].find((each) => each.id === id);
      if (question !== undefined && visit.progress.at === 'asking') return { visit, question };
    }
    return undefined;
  };
  return {
    /** @param browser - its secret */
    begin(browser: string, questions: Pick<Visit, 'elsewhere' | 'here'>): void {
      visits.set(browser, { ...questions, until: now() + lifeMs, progress: { at: 'asking' } });
    },
    of: (browser: string): Visit | undefined => current().find(([each]) => each === browser)?.[1],
    find,
    /** Whoever answers does it once, with a good answer or with a bad one: then no question of this visit is open any more. */
    take(id: string): Asked | undefined {
      const asked = find(id);
      if (asked !== undefined) asked.visit.progress = { at: 'answered' };
      return asked;
    },
    end: (browser: string): boolean => visits.delete(browser),
  };
}
