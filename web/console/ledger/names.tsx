import { useEffect, useRef, useState } from 'react';
import { useActing } from '../frame/acting.js';
import { Link } from '../frame/router.js';
import { keyOf, type Name, readNames, type Who } from './requests.js';

const mostAtOnce = 100;

/** How people are called, as far as their providers have said yet. */
export type Names = ReadonlyMap<string, Name>;

/** Asks for the names of people once they are shown: lists have ids alone. */
export function useNames(people: readonly Who[]): Names {
  const { call } = useActing();
  const [names, setNames] = useState<Names>(new Map());
  const asked = useRef(new Set<string>());
  const wanted = [...new Set(people.map(keyOf))].toSorted().join('\n');
  useEffect(() => {
    const unknown = new Map<string, Set<string>>();
    for (const who of people) {
      if (asked.current.has(keyOf(who))) continue;
      asked.current.add(keyOf(who));
      unknown.set(who.connection, (unknown.get(who.connection) ?? new Set()).add(who.subject));
    }
    for (const [connection, subjects] of unknown) {
      for (let from = 0; from < subjects.size; from += mostAtOnce) {
        call(readNames(connection, [...subjects].slice(from, from + mostAtOnce))).then(
          (reply) =>
            setNames(
              (before) =>
                new Map([
                  ...before,
                  ...reply.names.map((each) => [keyOf({ connection, subject: each.subject }), each] as const),
                ]),
            ),
          // Whose name is not told is shown by the id.
          () => {},
        );
      }
    }
  }, [wanted, call]);
  return names;
}

/** What somebody is called: by the login, else the e-mail address, else the id. */
export const nameOf = (who: Who, name: Name | undefined): string => name?.login ?? name?.email ?? who.subject;

/** Where one person is shown. */
export const pathOf = ({ connection, subject }: Who): string =>
  `/people/${encodeURIComponent(connection)}/${encodeURIComponent(subject)}`;

/** One person, by name, and the way to them. */
export const PersonLink = ({ who, name }: { readonly who: Who; readonly name: Name | undefined }) => (
  <Link to={pathOf(who)}>
    <bdi>{nameOf(who, name)}</bdi>
  </Link>
);
