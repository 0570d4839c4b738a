import { useEffect } from 'react';
import type { Paged } from '../../frame/acting.js';

/** Polling delay while a row waits for another person. */
const lookAgainMs = 5000;

/** Loads a list again and again while a row of it can change without this page. */
export function usePolling<Row>({ rows, poll }: Paged<Row>, isWaiting: (row: Row) => boolean): void {
  useEffect(() => {
    if (!rows.some(isWaiting)) return;
    const timer = window.setTimeout(poll, lookAgainMs);
    return () => window.clearTimeout(timer);
  }, [rows]);
}
