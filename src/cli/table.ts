import type { Json } from '../errors.js';
import type { CliDeps } from './deps.js';

/** Replaces control characters by a space. A provider's names are untrusted and could move the cursor. */
export const toPrintable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');

type Cells = readonly (string | number | null)[];

export function toTableLines(head: readonly string[], rows: readonly Cells[]): string[] {
  const texts = [head, ...rows].map((row) => row.map((cell) => toPrintable(String(cell ?? '-'))));
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const isNumber = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  return texts.map((row) =>
    row
      .map((text, column) => (isNumber[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

export function printTable(
  head: readonly string[],
  rows: readonly Cells[],
  { print, paint }: Pick<CliDeps, 'print' | 'paint'>,
): void {
  const [first = '', ...rest] = toTableLines(head, rows);
  print(paint('bold', first));
  rest.forEach(print);
}

/** Returns lines with a name and a value each. */
export const toFactLines = (facts: readonly (readonly [string, string | number | null])[]): string[] =>
  toTableLines(['', ''], facts).slice(1);

/** Prints rows as a table, or as JSON. */
export function printRows<Row extends Json>(
  rows: readonly Row[],
  deps: Pick<CliDeps, 'print' | 'printJson' | 'paint'>,
  [head, toCells]: readonly [readonly string[], (row: Row) => Cells],
): void {
  if (!deps.printJson(rows)) printTable(head, rows.map(toCells), deps);
}
