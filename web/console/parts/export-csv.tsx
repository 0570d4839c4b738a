import { useEffect, useRef, useState } from 'react';
import { toCsvLine } from '../../../src/core/base/csv.js';
import { download } from '../../shared/download.js';
import { useAction, useSessionActions } from '../frame/acting.js';
import { useFormats, useWords } from '../frame/words.js';
import { loadNames, type Names } from '../ledger/names.js';
import { keyOf } from '../ledger/requests.js';
import { Problem, QuietButton } from './state.js';
import type { Column } from './table.js';

export function ExportCsv<Row>({
  name,
  columns,
  all,
}: {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly all: (onRows: (rows: number) => boolean) => Promise<readonly Row[]>;
}) {
  const { call } = useSessionActions();
  const { cancel, table: words } = useWords();
  const { number } = useFormats();
  const [fetched, setFetched] = useState(0);
  const { isBusy, refusal, run } = useAction();
  const isStopped = useRef(false);
  const stop = (): void => {
    isStopped.current = true;
  };
  useEffect(() => stop, []);

  const exported = columns.filter(({ value, whoOf }) => value !== undefined || whoOf !== undefined);
  const headings = exported.flatMap(({ heading, whoOf }) =>
    whoOf === undefined ? [heading] : [words.name, words.login, words.id],
  );
  const toCells = (row: Row, names: Names): string[] =>
    exported.flatMap(({ value, whoOf }) => {
      if (whoOf === undefined) return [String(value?.(row) ?? '')];
      const who = whoOf(row);
      const known = who === null ? undefined : names.get(keyOf(who));
      return [known?.name ?? '', known?.login ?? '', who?.subject ?? ''];
    });

  const fetchAll = async (): Promise<void> => {
    isStopped.current = false;
    setFetched(0);
    const rows = await all((count) => {
      setFetched(count);
      return !isStopped.current;
    });
    const people = rows.flatMap((row) => exported.flatMap(({ whoOf }) => whoOf?.(row) ?? []));
    const names = new Map(isStopped.current ? [] : await loadNames(people, call));
    if (!isStopped.current) saveCsv([headings, ...rows.map((row) => toCells(row, names))], name);
  };

  return (
    <>
      {isBusy ? (
        <QuietButton onPress={stop}>{cancel}</QuietButton>
      ) : (
        <QuietButton onPress={() => void run(fetchAll)}>{words.save}</QuietButton>
      )}
      {isBusy && <span role="status">{words.saving({ rows: number(fetched) })}</span>}
      {refusal !== null && <Problem refusal={refusal} />}
    </>
  );
}

/** Lets the browser save rows as CSV file, which is named after the list and today's date. */
export function saveCsv(rows: readonly (readonly (string | number | null)[])[], list: string): void {
  const lines = rows.map((cells) => `${toCsvLine(cells.map((cell) => String(cell ?? '')))}\r\n`);
  const today = new Date().toISOString().slice(0, 10);
  download(`facestep-${list}-${today}.csv`, 'text/csv;charset=utf-8', lines.join(''));
}
