import { toCsvLine } from '../../../src/base/csv.js';

/** Lets the browser save rows as CSV file, which is named after the list and today's date. */
export function saveCsv(rows: readonly (readonly (string | number | null)[])[], list: string): void {
  const lines = rows.map((cells) => `${toCsvLine(cells.map((cell) => String(cell ?? '')))}\r\n`);
  const url = URL.createObjectURL(new Blob(lines, { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `facestep-${list}-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
