import { useEffect, useState } from 'react';
import { toRefusal, useActing } from '../../frame/acting.js';
import type { Refusal } from '../../frame/call.js';
import { type Filter, followLines, type Line } from '../../ledger/requests.js';

const everyMs = 2_000;

/** A page left open must not grow forever. */
const mostKept = 500;

interface Followed {
  readonly lines: readonly Line[];
  readonly refusal: Refusal | null;
}

/** Polls for new lines while active and visible. Lines stay until it is activated again. */
export function useFollowed({ since: _, until: __, ...filter }: Filter, isOn: boolean): Followed {
  const { call } = useActing();
  const [followed, setFollowed] = useState<Followed>({ lines: [], refusal: null });
  const key = JSON.stringify(filter);
  useEffect(() => {
    if (!isOn) return;
    let isOver = false;
    let isAsking = false;
    let after: string | null = null;
    let timer: number | undefined;
    // The list is reloaded at the same time.
    setFollowed({ lines: [], refusal: null });
    const ask = async (): Promise<void> => {
      window.clearTimeout(timer);
      if (isOver || isAsking || document.hidden) return;
      isAsking = true;
      try {
        const { lines, cursor } = await call({ ...followLines(filter, after), isPoll: after !== null });
        after = cursor;
        if (!isOver) setFollowed((before) => ({ lines: addTo(before.lines, lines), refusal: null }));
      } catch (thrown) {
        if (!isOver) setFollowed((before) => ({ ...before, refusal: toRefusal(thrown) }));
      }
      isAsking = false;
      if (!isOver) timer = window.setTimeout(() => void ask(), everyMs);
    };
    const onSeen = (): void => void ask();
    document.addEventListener('visibilitychange', onSeen);
    void ask();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onSeen);
    };
  }, [key, isOn, call]);
  return followed;
}

/** Duplicates occur because other replicas may write earlier lines. */
function addTo(known: readonly Line[], told: readonly Line[]): readonly Line[] {
  const ids = new Set(known.map(({ id }) => id));
  const unknown = told.filter(({ id }) => !ids.has(id));
  if (unknown.length === 0) return known;
  return [...known, ...unknown].toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, mostKept);
}
