import { createContext, useCallback, useEffect, useRef, useState } from 'react';
import { Refusal, type ServerRequest } from './call.js';
import { useNavigationKey } from './router.js';
import type { Right, Session } from './session.js';
import { useProvided } from './words.js';

export interface SessionActions {
  readonly session: Session;
  /**
   * Calls the server. If the session has ended, the sign-in is shown; if the server requires a recent face check, one
   * is offered.
   * @throws Refusal
   */
  call<Reply>(request: ServerRequest<Reply>): Promise<Reply>;
}

export const SessionActionsContext = createContext<SessionActions | null>(null);

export const useSessionActions = (): SessionActions => useProvided(SessionActionsContext);

/** Returns true if the user has a right. The server enforces rights itself. */
export const useMay = (right: Right): boolean => useSessionActions().session.rights.includes(right);

export type Loaded<Value> =
  | { readonly state: 'loading'; readonly value?: undefined }
  | { readonly state: 'loaded'; readonly value: Value }
  | { readonly state: 'refused'; readonly value?: undefined; readonly refusal: Refusal };

export const toRefusal = (thrown: unknown): Refusal =>
  thrown instanceof Refusal ? thrown : new Refusal('unreadable', null, null, { cause: thrown });

/** Runs actions, and keeps the refusal of the last one. */
export function useAction() {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const reset = (): void => setRefusal(null);
  const run = (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    reset();
    return work()
      .then(
        () => {},
        (thrown: unknown) => setRefusal(toRefusal(thrown)),
      )
      .finally(() => setBusy(false));
  };
  return { isBusy, refusal, run, reset };
}

/** Milliseconds until the next poll. `false` and `undefined` end polling. */
type Wait = number | false | undefined;

/** Codes of temporary failures: network errors, or a restarting server. */
const passing = /^(offline|time_out|unreadable|\w+_unavailable)$/;

/** Milliseconds until the next poll after a request that got no answer. */
const afterLostMs = 5000;

/**
 * Loads a screen's data: at first, on changes, on `reload`, and by polling. Old data stays until new data arrives.
 * @param waitMs - returns the time from an answer to the next poll
 */
export function useLoaded<Reply>(
  request: ServerRequest<Reply>,
  waitMs: ((reply: Reply) => Wait) | null = null,
): Loaded<Reply> & { readonly reload: () => void } {
  const { call } = useSessionActions();
  const [loaded, setLoaded] = useState<Loaded<Reply>>({ state: 'loading' });
  const again = useRef(() => {});
  const { method, path, body } = request;
  // The key identifies the request and changes with each navigation, so that data is then loaded again.
  const key = `${useNavigationKey()} ${method} ${path} ${JSON.stringify(body)}`;
  useEffect(() => {
    let turn = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isKnown = false;
    let nextMs: Wait = waitMs !== null && afterLostMs;
    const ask = async (isPoll: boolean): Promise<void> => {
      clearTimeout(timer);
      turn += 1;
      const mine = turn;
      const answer = await call({ ...request, isPoll }).then(
        (value) => ({ state: 'loaded', value }) as const,
        (thrown: unknown) => ({ state: 'refused', refusal: toRefusal(thrown) }) as const,
      );
      if (mine !== turn) return;
      const isLost = answer.state === 'refused' && passing.test(answer.refusal.code);
      if (!isLost) nextMs = answer.state === 'loaded' && waitMs?.(answer.value);
      if (!(isLost && isKnown && nextMs)) setLoaded(answer);
      isKnown ||= answer.state === 'loaded';
      if (nextMs) timer = setTimeout(ask, nextMs, true);
    };
    again.current = () => void ask(false);
    void ask(false);
    return () => {
      turn = -1;
      clearTimeout(timer);
    };
  }, [key, call]);
  return { ...loaded, reload: useCallback(() => again.current(), []) };
}

export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly state: Loaded<unknown>['state'];
  readonly refusal: Refusal | null;
  readonly more: (() => void) | null;
  readonly reload: () => void;
  /** Loads the rows again. This does not count as user activity. */
  readonly poll: () => Promise<void>;
  /** Loads all rows without showing them. */
  readonly all: () => Promise<readonly Row[]>;
}

type Shown<Row> = Pick<Paged<Row>, 'rows' | 'state' | 'refusal'> & { readonly cursor: string | null };

const nothingYet = { rows: [], state: 'loading', refusal: null, cursor: null } as const;

/**
 * Loads a list's pages.
 * @param request - creates the request for a cursor, which is `null` for the first page
 * @param rowsOf - returns the rows of a page
 */
export function usePages<Reply extends { readonly cursor: string | null }, Row>(
  request: (cursor: string | null) => ServerRequest<Reply>,
  rowsOf: (reply: Reply) => readonly Row[],
): Paged<Row> {
  const { call } = useSessionActions();
  const [shown, setShown] = useState<Shown<Row>>(nothingYet);
  const first = request(null);
  const key = `${useNavigationKey()} ${first.method} ${first.path} ${JSON.stringify(first.body)}`;
  const turn = useRef(0);
  /** @param known - rows to show while the request runs, and if it gets no answer */
  const ask = async (from: string | null, before: readonly Row[], known: Shown<Row>, isPoll = false) => {
    turn.current += 1;
    const mine = turn.current;
    const isOver = () => mine !== turn.current;
    let rows = before;
    let cursor = from;
    try {
      // A page may have no rows although further pages follow.
      do {
        const page = await call({ ...request(cursor), isPoll });
        rows = [...rows, ...rowsOf(page)];
        cursor = page.cursor;
      } while (cursor !== null && !isOver() && (rows.length === before.length || rows.length < known.rows.length));
      if (!isOver()) setShown({ rows, state: 'loaded', refusal: null, cursor });
    } catch (thrown) {
      const refusal = toRefusal(thrown);
      const rows = passing.test(refusal.code) ? [...known.rows] : known.rows;
      if (!isOver()) setShown({ ...known, rows, state: 'refused', refusal });
    }
  };
  useEffect(() => {
    void ask(null, [], nothingYet);
    return () => {
      turn.current += 1;
    };
  }, [key, call]);
  return {
    ...shown,
    more: shown.cursor === null ? null : () => void ask(shown.cursor, shown.rows, shown),
    reload: () => void ask(null, [], shown),
    poll: () => ask(null, [], shown, true),
    async all() {
      let { rows, cursor } = shown;
      while (cursor !== null) {
        const page = await call(request(cursor));
        rows = [...rows, ...rowsOf(page)];
        cursor = page.cursor;
      }
      return rows;
    },
  };
}
