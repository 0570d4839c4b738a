import type { JsonObject } from '../core/base/json.js';
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

/** Returns lines with a name and a value each. */
export const toFactLines = (facts: readonly (readonly [string, string | number | null])[]): string[] =>
  toTableLines(['', ''], facts).slice(1);

/** Counts states, in the words for the states and in their order. */
export const countStates = (words: Readonly<Record<string, string>>, states: readonly string[]): string =>
  Object.entries(words)
    .map(([state, word]) => ({ word, count: states.filter((each) => each === state).length }))
    .flatMap(({ word, count }) => (count === 0 ? [] : [`${count} ${word}`]))
    .join(', ');

/** Columns of a table: the title of each, with the property of a row or what computes the cell from it. */
export type Columns<Row> = Readonly<Record<string, (keyof Row & string) | ((row: Row) => string | number | null)>>;

/** Returns the lines of a table, the titles first. */
export const toRowLines = <Row extends JsonObject>(rows: readonly Row[], columns: Columns<NoInfer<Row>>): string[] =>
  toTableLines(
    Object.keys(columns),
    rows.map((row) =>
      Object.values(columns).map((column) => (typeof column === 'string' ? toCell(row[column]) : column(row))),
    ),
  );

/** Prints rows as a table, or as JSON. */
export function printRows<Row extends JsonObject>(
  rows: readonly Row[],
  deps: Pick<CliDeps, 'print' | 'printJson' | 'paint'>,
  columns: Columns<NoInfer<Row>>,
): void {
  if (deps.printJson(rows)) return;
  const [first = '', ...rest] = toRowLines(rows, columns);
  deps.print(deps.paint('bold', first));
  rest.forEach(deps.print);
}

const toCell = (value: unknown): string | number | null => {
  if (typeof value === 'number' || value === null) return value;
  return Array.isArray(value) ? value.join(',') : String(value);
};
