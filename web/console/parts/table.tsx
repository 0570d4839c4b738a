import { type ComponentProps, Fragment, type ReactNode, useState, useSyncExternalStore } from 'react';
import { Button } from 'react-aria-components/Button';
import { memoryIn } from '../../shared/browser-memory.js';
import type { Paged } from '../frame/acting.js';
import { Link } from '../frame/router.js';
import { useFormats, useLanguage, useWords } from '../frame/words.js';
import type { Who } from '../ledger/requests.js';
import { Await, Empty, Loading, Problem, QuietButton } from './state.js';

interface ColumnOf<Row> {
  readonly cell: (row: Row) => ReactNode;
  /** Value to sort by and to export. Without it, the column has neither. */
  readonly value?: (row: Row) => string | number | null;
  /** Person of a row. An export contains their name, login and id. */
  readonly whoOf?: (row: Row) => Who | null;
  readonly isRowHeading?: boolean;
  readonly isNumber?: boolean;
  readonly isInstant?: boolean;
  readonly isWide?: boolean;
  /** True to hide the column until the user chooses it. */
  readonly isHidden?: boolean;
}

export type Column<Row> = ColumnOf<Row> & { readonly id: string; readonly heading: string };

/** Creates a column of text. */
export const textColumn = <Row,>(id: string, heading: string, value: (row: Row) => string | null): Column<Row> => ({
  id,
  heading,
  value,
  cell: (row) => <bdi>{value(row) || '–'}</bdi>,
});

/** Creates the column of the time of an entry, which names its row. */
export const timeColumn = <Row extends { readonly time: string }>(
  heading: string,
  toText: (time: string) => string,
): Column<Row> => ({
  id: 'time',
  heading,
  isRowHeading: true,
  isInstant: true,
  value: ({ time }) => time,
  cell: ({ time }) => toText(time),
});

/** A column whose heading is the table's text of the same name. */
type NamedColumn<Row, Id> = ColumnOf<Row> & { readonly id: Id; readonly heading?: undefined };

/** Columns, of which `false` omits one. The table's texts may name them all. */
type Columns<Row, Id extends string> =
  | { readonly headings?: undefined; readonly columns: readonly (Column<Row> | false)[] }
  | {
      readonly headings: Readonly<Record<Id, string>>;
      readonly columns: readonly (Column<Row> | NamedColumn<Row, Id> | false)[];
    };

interface Listed<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: string;
  readonly detail?: { readonly labelOf: (row: Row) => string; readonly show: (row: Row) => ReactNode };
}

const rowsOnPage = 25;

/** Returns the columns to show, with their headings. */
function columnsOf<Row, Id extends string>({ headings, columns }: Columns<Row, Id>): readonly Column<Row>[] {
  const all: readonly (Column<Row> | NamedColumn<Row, Id> | false)[] = columns;
  return all.flatMap((column) => {
    if (column === false || column.heading !== undefined) return column || [];
    return { ...column, heading: headings?.[column.id] ?? column.id };
  });
}

export const Table = <Row, Id extends string>(props: Listed<Row> & Columns<Row, Id>) => (
  <Shown {...props} columns={columnsOf(props)} more={null} isExported={false} isComplete tools={null} />
);

/** The table of a list that is loaded whole. */
export const LoadedTable = <Reply, Row, Id extends string>({
  loaded,
  rowsOf,
  ...table
}: Omit<Listed<Row>, 'rows'> &
  Columns<Row, Id> & {
    readonly loaded: ComponentProps<typeof Await<Reply>>['loaded'];
    readonly rowsOf: (reply: Reply) => readonly Row[];
  }) => <Await loaded={loaded}>{(reply) => <Table {...table} rows={rowsOf(reply)} />}</Await>;

/**
 * @param tools - buttons above the table
 * @param isExported - true if the page exports the list
 */
export function PagedTable<Row, Id extends string>({
  paged,
  tools = null,
  isExported = tools !== null,
  ...table
}: Omit<Listed<Row>, 'rows'> &
  Columns<Row, Id> & {
    readonly paged: Paged<Row>;
    readonly tools?: ReactNode;
    readonly isExported?: boolean;
  }) {
  const { rows, state, refusal, more } = paged;
  const columns = columnsOf(table);
  return (
    <>
      {(state === 'loaded' || rows.length > 0) && (
        <Shown
          {...table}
          columns={columns}
          rows={rows}
          more={refusal === null ? more : null}
          isExported={isExported}
          isComplete={more === null}
          tools={tools}
        />
      )}
      {state === 'loading' && rows.length === 0 && (
        <div className="skeleton">
          <Loading />
        </div>
      )}
      {refusal !== null && <Problem refusal={refusal} onAgain={more ?? paged.reload} />}
    </>
  );
}

/** Roles are explicit, because browsers drop them if CSS changes the layout of a table. */
function Shown<Row>({
  caption,
  columns,
  rows,
  keyOf,
  empty,
  detail,
  more,
  isExported,
  isComplete,
  tools,
}: Listed<Row> & {
  readonly columns: readonly Column<Row>[];
  readonly more: (() => void) | null;
  readonly isExported: boolean;
  readonly isComplete: boolean;
  readonly tools: ReactNode;
}) {
  const { table: words } = useWords();
  const { number } = useFormats();
  const isPhone = useIsPhone();
  const [isChosen, choice] = useColumnChoice(columns, isExported);
  const { sorted, sort, onSort } = useSorted(rows, columns, isComplete);
  const [page, setPage] = useState(0);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  if (rows.length === 0 && more === null) return <Empty>{empty}</Empty>;
  const shown = columns.filter(isChosen);
  const at = Math.min(page, Math.max(0, Math.ceil(sorted.length / rowsOnPage) - 1));
  const from = at * rowsOnPage;
  const onPage = sorted.slice(from, from + rowsOnPage);
  const to = from + onPage.length;
  const next = (): void => {
    setPage(at + 1);
    // More rows are loaded before the user reaches the last one.
    if ((at + 2) * rowsOnPage > sorted.length) more?.();
  };
  const toggle = (key: string): void =>
    setOpened((before) => new Set(before.has(key) ? [...before].filter((each) => each !== key) : [...before, key]));
  const sortable = isComplete && rows.length > 1 ? shown.filter(({ value }) => value !== undefined) : [];
  return (
    <>
      {(tools !== null || choice !== null || (isPhone && sortable.length > 0)) && (
        <div className="tools">
          {isPhone && sortable.length > 0 && (
            <label className="sort-choice">
              {words.sortBy}
              <select value={sort?.id ?? ''} onChange={({ target }) => onSort(target.value)}>
                <option value="">–</option>
                {sortable.map(({ id, heading }) => (
                  <option key={id} value={id}>
                    {heading}
                  </option>
                ))}
              </select>
            </label>
          )}
          {choice}
          {tools}
        </div>
      )}
      <table role="table" className="table">
        <caption className="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {shown.map((column) => (
              <th
                key={column.id}
                role="columnheader"
                scope="col"
                {...kindsOf(column)}
                aria-sort={sort?.id === column.id ? (sort.isDown ? 'descending' : 'ascending') : undefined}
              >
                {!isPhone && sortable.includes(column) ? (
                  <Button className="sort" onPress={() => onSort(column.id)}>
                    {column.heading}
                  </Button>
                ) : (
                  column.heading
                )}
              </th>
            ))}
            {detail !== undefined && (
              <th role="columnheader" scope="col" data-toggle="true">
                <span className="unseen">{words.details}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {onPage.map((row) => {
            const key = keyOf(row);
            const isOpen = opened.has(key);
            return (
              <Fragment key={key}>
                <tr role="row" data-open={isOpen}>
                  {shown.map((column) =>
                    column.isRowHeading === true ? (
                      <th key={column.id} role="rowheader" scope="row" {...kindsOf(column)}>
                        {column.cell(row)}
                      </th>
                    ) : (
                      <td key={column.id} role="cell" data-heading={column.heading} {...kindsOf(column)}>
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                  {detail !== undefined && (
                    <td role="cell" data-toggle="true">
                      <Button
                        className="toggle"
                        aria-expanded={isOpen}
                        aria-label={`${words.details}: ${detail.labelOf(row)}`}
                        onPress={() => toggle(key)}
                      />
                    </td>
                  )}
                </tr>
                {detail !== undefined && isOpen && (
                  <tr role="row" className="detail">
                    <td role="cell" colSpan={shown.length + 1}>
                      {detail.show(row)}
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
      {(sorted.length > rowsOnPage || more !== null) && (
        <div className="pager">
          <span role="status">
            {words.range({
              from: number(Math.min(from + 1, sorted.length)),
              to: number(to),
              total: isComplete ? number(sorted.length) : words.orMore({ total: number(sorted.length) }),
            })}
          </span>
          <QuietButton isDisabled={at === 0} onPress={() => setPage(at - 1)}>
            {words.previous}
          </QuietButton>
          <QuietButton isDisabled={to >= sorted.length && more === null} onPress={next}>
            {words.next}
          </QuietButton>
        </div>
      )}
    </>
  );
}

const kindsOf = <Row,>({ isNumber, isInstant, isWide }: Column<Row>) => ({
  'data-number': isNumber === true,
  'data-instant': isInstant === true,
  'data-wide': isWide === true,
});

/** Sorts only complete lists, because only the server knows the order of the others. */
function useSorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], isComplete: boolean) {
  const language = useLanguage();
  const [chosen, setChosen] = useState<{ readonly id: string; readonly isDown: boolean } | null>(null);
  const sort = isComplete ? chosen : null;
  const read = columns.find(({ id }) => id === sort?.id)?.value;
  const onSort = (id: string): void =>
    setChosen((now) => (now?.id === id ? (now.isDown ? null : { id, isDown: true }) : { id, isDown: false }));
  if (sort === null || read === undefined) return { sorted: rows, sort, onSort };
  const { compare } = new Intl.Collator(language, { numeric: true });
  const sorted = rows.toSorted((a, b) => {
    const one = read(a);
    const other = read(b);
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    const order =
      typeof one === 'number' && typeof other === 'number' ? one - other : compare(String(one), String(other));
    return sort.isDown ? -order : order;
  });
  return { sorted, sort, onSort };
}

function useColumnChoice<Row>(
  columns: readonly Column<Row>[],
  isExported: boolean,
): [(column: Column<Row>) => boolean, ReactNode] {
  const { table: words } = useWords();
  const memory = memoryIn(() => localStorage, `facestep-columns ${columns.map(({ id }) => id).join(' ')}`);
  const [hidden, setHidden] = useState<readonly string[]>(
    () => memory.read()?.split(' ') ?? columns.filter(({ isHidden }) => isHidden === true).map(({ id }) => id),
  );
  const isShown = ({ id, isRowHeading }: Column<Row>): boolean => isRowHeading === true || !hidden.includes(id);
  // A table that is not exported offers a choice only if it hides a column at first.
  if (!isExported && !columns.some(({ isHidden }) => isHidden === true)) return [() => true, null];
  const choose = (id: string): void => {
    const next = hidden.includes(id) ? hidden.filter((each) => each !== id) : [...hidden, id];
    setHidden(next);
    memory.write(next.join(' '));
  };
  const choice = (
    <details className="choice">
      <summary className="button quiet">{words.columns}</summary>
      <div>
        {columns
          .filter(({ isRowHeading }) => isRowHeading !== true)
          .map((column) => (
            <label key={column.id} className="tick">
              <input type="checkbox" checked={isShown(column)} onChange={() => choose(column.id)} />
              {column.heading}
            </label>
          ))}
      </div>
    </details>
  );
  return [isShown, choice];
}

const phone = matchMedia('(max-width: 45rem)');

function subscribe(onChange: () => void): () => void {
  phone.addEventListener('change', onChange);
  return () => phone.removeEventListener('change', onChange);
}

const useIsPhone = (): boolean => useSyncExternalStore(subscribe, () => phone.matches);

export const toNameColumn = (
  heading: string,
  address: string,
): Column<{ readonly id: string; readonly name: string }> => ({
  id: 'name',
  heading,
  isRowHeading: true,
  cell: ({ id, name }) => (
    <Link to={`${address}/${encodeURIComponent(id)}`}>
      <bdi>{name}</bdi>
    </Link>
  ),
});
