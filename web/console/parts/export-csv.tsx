import { useEffect, useRef, useState } from 'react';
import { toCsvLine } from '../../../src/core/base/csv.js';
import { download } from '../../shared/download.js';
import { useAction, useSessionActions } from '../frame/acting.js';
import { useFormats, useWords } from '../frame/words.js';
import { type ExportedLine, exportChecks, type Filter, type Line } from '../ledger/requests.js';
import { Problem, Progress, QuietButton } from './state.js';
import type { Column } from './table.js';

/** Saves all entries of the log that a filter matches. */
export function ExportLog({ filter, columns }: { readonly filter: Filter; readonly columns: readonly Column<Line>[] }) {
  const { call } = useSessionActions();
  const { cancel, table: words } = useWords();
  const { number } = useFormats();
  const [{ percent, rows }, setProgress] = useState({ percent: 0, rows: 0 });
  const { isBusy, refusal, run } = useAction();
  const running = useRef<AbortController>(null);
  const stop = (): void => running.current?.abort();
  useEffect(() => stop, []);

  const exported = columns.filter(({ value, whoOf }) => value !== undefined || whoOf !== undefined);
  const headings = exported.flatMap(({ heading, whoOf }) =>
    whoOf === undefined ? [heading] : [words.name, words.login, words.id],
  );
  const toCells = (line: ExportedLine): string[] =>
    exported
      .flatMap(({ value, whoOf }) => (whoOf === undefined ? [value?.(line)] : [line.name, line.login, line.subject]))
      .map((cell) => String(cell ?? ''));

  const exportAll = async (): Promise<void> => {
    const stopping = new AbortController();
    running.current = stopping;
    setProgress({ percent: 0, rows: 0 });
    const cells = [headings];
    const request = exportChecks(filter, stopping.signal, ({ read, total, checks }) => {
      cells.push(...checks.map(toCells));
      const now = Math.min(100, Math.floor((read / total) * 100)) || 0;
      setProgress((before) => (now === before.percent ? before : { percent: now, rows: cells.length - 1 }));
    });
    await call(request).then(
      () => saveCsv(cells, 'log'),
      (thrown: unknown) => {
        if (!stopping.signal.aborted) throw thrown;
      },
    );
  };

  return (
    <>
      <QuietButton onPress={isBusy ? stop : () => void run(exportAll)}>{isBusy ? cancel : words.save}</QuietButton>
      {isBusy && (
        <Progress
          label={words.save}
          text={words.saving({ percent: number(percent), rows: number(rows) })}
          value={percent}
          most={100}
        />
      )}
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
