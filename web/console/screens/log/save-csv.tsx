import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { toCsvLine } from '../../../../src/base/csv.js';
import { toRefusal, useActing } from '../../frame/acting.js';
import type { Refusal } from '../../frame/call.js';
import { useFormats, useWords } from '../../frame/words.js';
import { type Filter, type Line, listLines } from '../../ledger/requests.js';
import { saveCsv } from '../../parts/save-file.js';
import { Problem } from '../../parts/state.js';
import type { LogWords } from './messages/log-words.js';

const atOnce = 1000;

const columns = [
  ...(['time', 'connection', 'subject', 'action', 'outcome', 'code', 'reasons', 'application'] as const),
  ...(['hook', 'by', 'requestId', 'stepUpId', 'network'] as const),
] as const;

const toCells = (line: Line): string[] =>
  columns.map((column) => (column === 'reasons' ? line.reasons.join(' ') : (line[column] ?? '')));

/** Saves all lines that match the filter as CSV. */
export function SaveCsv({ filter, words: { csv } }: { readonly filter: Filter; readonly words: LogWords }) {
  const { call } = useActing();
  const { cancel } = useWords();
  const { number } = useFormats();
  const [fetched, setFetched] = useState<number | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const isStopped = useRef(false);
  useEffect(
    () => () => {
      isStopped.current = true;
    },
    [],
  );

  const fetchAll = async (): Promise<void> => {
    isStopped.current = false;
    setRefusal(null);
    setFetched(0);
    const parts = [`${toCsvLine(columns)}\r\n`];
    try {
      let cursor: string | null = null;
      let count = 0;
      do {
        const page: { lines: Line[]; cursor: string | null } = await call(listLines(filter, cursor, atOnce));
        for (const line of page.lines) parts.push(`${toCsvLine(toCells(line))}\r\n`);
        cursor = page.cursor;
        count += page.lines.length;
        setFetched(count);
      } while (cursor !== null && !isStopped.current);
      if (!isStopped.current) saveCsv(parts, `facestep-log-${new Date().toISOString().slice(0, 10)}.csv`);
    } catch (thrown) {
      setRefusal(toRefusal(thrown));
    }
    setFetched(null);
  };

  return (
    <>
      {fetched === null ? (
        <Button className="button quiet" onPress={() => void fetchAll()}>
          {csv.save}
        </Button>
      ) : (
        <Button
          className="button quiet"
          onPress={() => {
            isStopped.current = true;
          }}
        >
          {cancel}
        </Button>
      )}
      {fetched !== null && <span role="status">{csv.fetched(number(fetched))}</span>}
      {refusal !== null && <Problem refusal={refusal} />}
    </>
  );
}
