import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { toCsvLine } from '../../../src/base/csv.js';
import { toRefusal, useActing } from '../frame/acting.js';
import type { Refusal } from '../frame/call.js';
import { useFormats, useWords } from '../frame/words.js';
import { loadNames, type Names } from '../ledger/names.js';
import { keyOf } from '../ledger/requests.js';
import { saveCsv } from './save-file.js';
import { Problem } from './state.js';
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
  const { call } = useActing();
  const { cancel, table: words } = useWords();
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
    setRefusal(null);
    setFetched(0);
    try {
      const rows = await all((count) => {
        setFetched(count);
        return !isStopped.current;
      });
      const people = rows.flatMap((row) => exported.flatMap(({ whoOf }) => whoOf?.(row) ?? []));
      const names = new Map(isStopped.current ? [] : await loadNames(people, call));
      const lines = [headings, ...rows.map((row) => toCells(row, names))].map((cells) => `${toCsvLine(cells)}\r\n`);
      if (!isStopped.current) saveCsv(lines, `facestep-${name}-${new Date().toISOString().slice(0, 10)}.csv`);
    } catch (thrown) {
      setRefusal(toRefusal(thrown));
    }
    setFetched(null);
  };

  return (
    <>
      {fetched === null ? (
        <Button className="button quiet" onPress={() => void fetchAll()}>
          {words.save}
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
      {fetched !== null && <span role="status">{words.saving(number(fetched))}</span>}
      {refusal !== null && <Problem refusal={refusal} />}
    </>
  );
}
