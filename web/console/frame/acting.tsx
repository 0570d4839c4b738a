import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { Refusal, type ServerRequest } from './call.js';
import { useMoves } from './router.js';
import type { Right, Session } from './session.js';

/** What a screen can do, in the session of whoever is signed in. */
export interface Acting {
  readonly session: Session;
  /**
   * Sends a request. Where the session has ended, the frame shows the sign-in; where a face check is needed first, it offers
   * one.
   * @throws Refusal
   */
  call<Reply>(request: ServerRequest<Reply>): Promise<Reply>;
}

export const ActingContext = createContext<Acting | null>(null);

/** The session, and the way to the server. */
export function useActing(): Acting {
  const acting = useContext(ActingContext);
  if (acting === null) throw new Error('outside a session');
  return acting;
}

/** Whether whoever is signed in may do that. The server refuses anyway: this is for what is shown. */
export const useMay = (right: Right): boolean => useActing().session.rights.includes(right);

/** Something that is asked for: on its way, there, or refused. */
export type Loaded<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'loaded'; readonly value: Value }
  | { readonly state: 'refused'; readonly refusal: Refusal };

/** Anything that was thrown, as a refusal. */
export const toRefusal = (thrown: unknown): Refusal =>
  thrown instanceof Refusal ? thrown : new Refusal('unreadable', null, null, { cause: thrown });

/** In milliseconds; otherwise it has ended, and nothing of it changes by itself. */
type Wait = number | false | undefined;

/** Refusals that say nothing of what was asked for: the net was away, or a server starts anew. */
const passing = /^(offline|time_out|unreadable|\w+_unavailable)$/;

/** In milliseconds, until what goes on is asked for again whose first answer was lost. */
const afterLostMs = 5000;

/**
 * Asks the server for what a screen shows: at first, when the request is another one, when `reload` is called, and of what goes on
 * in the server again and again until it has ended. What was shown stays until the answer is there, and of what goes on also
 * where one is lost.
 * @param waitMs - by what was answered, until it is asked again
 */
export function useLoaded<Reply>(
  request: ServerRequest<Reply>,
  waitMs: ((reply: Reply) => Wait) | null = null,
): Loaded<Reply> & { readonly reload: () => void } {
  const { call } = useActing();
  const [loaded, setLoaded] = useState<Loaded<Reply>>({ state: 'loading' });
  const again = useRef(() => {});
  const { method, path, body } = request;
  // The key says all of a request that can change, and that somebody asked for the same address again.
  const key = `${useMoves()} ${method} ${path} ${JSON.stringify(body)}`;
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
      if (answer.state === 'loaded') nextMs = waitMs?.(answer.value);
      else if (!isLost) nextMs = false;
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
  const reload = useCallback(() => again.current(), []);
  return { ...loaded, reload };
}

/** A list that is fetched page by page, newest first. */
export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly state: Loaded<unknown>['state'];
  readonly refusal: Refusal | null;
  /** Fetches the next page; `null`: there is none. */
  readonly more: (() => void) | null;
  readonly reload: () => void;
  /** The same by the page itself, whoever sits at it. */
  readonly poll: () => void;
}

type Shown<Row> = Pick<Paged<Row>, 'rows' | 'state' | 'refusal'> & { readonly cursor: string | null };

const nothingYet = { rows: [], state: 'loading', refusal: null, cursor: null } as const;

/**
 * Asks for the pages of a list.
 * @param request - of one page, from a cursor on; `null`: the first
 * @param read - the rows of a page, and the cursor of the next; `null`: there is none
 */
export function usePages<Reply, Row>(
  request: (cursor: string | null) => ServerRequest<Reply>,
  read: (reply: Reply) => { readonly rows: readonly Row[]; readonly cursor: string | null },
): Paged<Row> {
  const { call } = useActing();
  const [shown, setShown] = useState<Shown<Row>>(nothingYet);
  const first = request(null);
  const key = `${useMoves()} ${first.method} ${first.path} ${JSON.stringify(first.body)}`;
  const turn = useRef(0);
  /** @param known - what is shown meanwhile, and still where the answer is lost */
  const ask = async (from: string | null, before: readonly Row[], known: Shown<Row>, isPoll = false) => {
    turn.current += 1;
    const mine = turn.current;
    const isOver = () => mine !== turn.current;
    let [rows, cursor] = [before, from];
    try {
      // A page may be empty and not the last; and what was shown is shown again.
      do {
        const page = read(await call({ ...request(cursor), isPoll }));
        rows = [...rows, ...page.rows];
        cursor = page.cursor;
      } while (cursor !== null && !isOver() && (rows.length === before.length || rows.length < known.rows.length));
      if (!isOver()) setShown({ rows, state: 'loaded', refusal: null, cursor });
    } catch (thrown) {
      const refusal = toRefusal(thrown);
      // Other rows, for whoever looks again after each answer: not where they are refused for good.
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
    poll: () => void ask(null, [], shown, true),
  };
}
