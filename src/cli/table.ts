import type { CliDeps } from './deps.js';
import { toPrintable } from './printable.js';

export function toTableLines(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const texts = [head, ...rows].map((row) => row.map((cell) => toPrintable(String(cell))));
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
  rows: readonly (readonly (string | number)[])[],
  { print, paint }: Pick<CliDeps, 'print' | 'paint'>,
): void {
  const [first = '', ...rest] = toTableLines(head, rows);
  print(paint('bold', first));
  rest.forEach(print);
}
