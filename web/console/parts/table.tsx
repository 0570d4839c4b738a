import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Paged } from '../frame/acting.js';
import { useWords } from '../frame/words.js';
import { Empty, Loading, Problem } from './state.js';

export interface Column<Row> {
  readonly id: string;
  readonly heading: string;
  readonly cell: (row: Row) => ReactNode;
  readonly isRowHeading?: boolean;
  readonly isNumber?: boolean;
  readonly isInstant?: boolean;
}

/**
 * A table; on phones each row is a card. Roles are explicit, because browsers drop them when the layout is no table.
 */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
  empty,
}: {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: string;
}) {
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  return (
    <table role="table" className="table">
      <caption>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ id, heading, isNumber = false }) => (
            <th key={id} role="columnheader" scope="col" data-number={isNumber}>
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map(({ id, heading, cell, isRowHeading = false, isNumber = false, isInstant = false }) =>
              isRowHeading ? (
                <th key={id} role="rowheader" scope="row" data-instant={isInstant}>
                  {cell(row)}
                </th>
              ) : (
                <td key={id} role="cell" data-heading={heading} data-number={isNumber} data-instant={isInstant}>
                  {cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A table of a paged list: see `usePages`. */
export function PagedTable<Row>({
  paged,
  ...table
}: Omit<Parameters<typeof Table<Row>>[0], 'rows'> & { readonly paged: Paged<Row> }) {
  const { more } = useWords();
  const { rows, state, refusal } = paged;
  return (
    <>
      {(state === 'loaded' || rows.length > 0) && <Table {...table} rows={rows} />}
      {state === 'loading' && <Loading />}
      {refusal !== null && <Problem refusal={refusal} onAgain={paged.more ?? paged.reload} />}
      {refusal === null && paged.more !== null && (
        <Button className="button quiet" onPress={paged.more}>
          {more}
        </Button>
      )}
    </>
  );
}
