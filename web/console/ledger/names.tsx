import { useEffect, useRef, useState } from 'react';
import { type SessionActions, useSessionActions } from '../frame/acting.js';
import { Link } from '../frame/router.js';
import type { Column } from '../parts/table.js';
import { keyOf, type Name, readNames, type Who } from './requests.js';

const mostAtOnce = 100;

export type Names = ReadonlyMap<string, Name>;

interface Batch {
  readonly connection: string;
  readonly subjects: readonly string[];
}

function toBatches(people: readonly Who[]): readonly Batch[] {
  const subjectsOf = new Map<string, Set<string>>();
  for (const { connection, subject } of people)
    subjectsOf.set(connection, (subjectsOf.get(connection) ?? new Set()).add(subject));
  return [...subjectsOf].flatMap(([connection, subjects]) =>
    Array.from({ length: Math.ceil(subjects.size / mostAtOnce) }, (_, at) => ({
      connection,
      subjects: [...subjects].slice(at * mostAtOnce, (at + 1) * mostAtOnce),
    })),
  );
}

/** Loads names for one request. Users without a name are shown by id. */
const loadSome = async ({ connection, subjects }: Batch, call: SessionActions['call']): Promise<[string, Name][]> => {
  const { names } = await call(readNames(connection, subjects)).catch(() => ({ names: [] }));
  return names.map((each) => [keyOf({ connection, subject: each.subject }), each]);
};

export async function loadNames(people: readonly Who[], call: SessionActions['call']): Promise<[string, Name][]> {
  const found: [string, Name][] = [];
  for (const batch of toBatches(people)) found.push(...(await loadSome(batch, call)));
  return found;
}

/** Loads the names of shown users, because lists contain only ids. */
export function useNames(people: readonly Who[]): Names {
  const { call } = useSessionActions();
  const [names, setNames] = useState<Names>(new Map());
  const requested = useRef(new Set<string>());
  const keys = [...new Set(people.map(keyOf))].toSorted().join('\n');
  useEffect(() => {
    const unknown = people.filter((who) => !requested.current.has(keyOf(who)));
    for (const who of unknown) requested.current.add(keyOf(who));
    for (const each of toBatches(unknown))
      void loadSome(each, call).then((found) => setNames((before) => new Map([...before, ...found])));
  }, [keys, call]);
  return names;
}

export const nameOf = (who: Who, name: Name | undefined): string => name?.login ?? name?.email ?? who.subject;

export const nameIn = (names: Names, who: Who): string => nameOf(who, names.get(keyOf(who)));

/** Returns true if the provider answered and has no name for the id. */
export const isNameless = (name: Name | undefined): boolean =>
  name !== undefined && name.login === null && name.email === null && name.name === null;

export const pathOf = ({ connection, subject }: Who): string =>
  `/people/${encodeURIComponent(connection)}/${encodeURIComponent(subject)}`;

export const addressFor = (
  part: '/help-desk' | '/help-desk/bypass-codes' | '/help-desk/recoveries',
  { connection, subject }: Who,
): string => `${part}?${new URLSearchParams({ connection, subject })}`;

export function PersonLink({ who, names }: { readonly who: Who; readonly names: Names }) {
  const name = names.get(keyOf(who))?.name;
  return (
    <Link to={pathOf(who)}>
      {name && (
        <>
          <bdi className="line">{name}</bdi>{' '}
        </>
      )}
      <bdi className={name ? 'line fine soft' : 'line'}>{nameIn(names, who)}</bdi>
    </Link>
  );
}

/** @param whoOf - returns the person of a row, or `null` */
export const toPersonColumn = <Row,>(
  heading: string,
  names: Names,
  whoOf: (row: Row) => Who | null,
  isRowHeading = false,
): Column<Row> => {
  const labelOf = (who: Who): string => names.get(keyOf(who))?.name ?? nameIn(names, who);
  return {
    id: 'person',
    heading,
    whoOf,
    isRowHeading,
    isWide: true,
    value(row) {
      const who = whoOf(row);
      return who === null ? null : labelOf(who);
    },
    cell(row) {
      const who = whoOf(row);
      return who === null ? '–' : <PersonLink who={who} names={names} />;
    },
  };
};
