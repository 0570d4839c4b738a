import { useEffect, useRef, useState } from 'react';
import { useActing } from '../frame/acting.js';
import { Link } from '../frame/router.js';
import { keyOf, type Name, readNames, type Who } from './requests.js';

const mostAtOnce = 100;

export type Names = ReadonlyMap<string, Name>;

/** Loads names of shown users, because lists contain ids only. */
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
          // Users without a name are shown by id.
          () => {},
        );
      }
    }
  }, [wanted, call]);
  return names;
}

/** Returns the login, else the e-mail address, else the id. */
export const nameOf = (who: Who, name: Name | undefined): string => name?.login ?? name?.email ?? who.subject;

/** Returns the address of a user's screen. */
export const pathOf = ({ connection, subject }: Who): string =>
  `/people/${encodeURIComponent(connection)}/${encodeURIComponent(subject)}`;

/** Returns the address of the help desk's screens for a user. */
export const addressFor = (part: '/help-desk' | '/help-desk/bypass-codes', { connection, subject }: Who): string =>
  `${part}?${new URLSearchParams({ connection, subject })}`;

/** A link to a user by name, above the login. */
export const NamedLink = ({ who, name }: { readonly who: Who; readonly name: Name | undefined }) => (
  <>
    <Link to={pathOf(who)}>
      <bdi>{name?.name ?? nameOf(who, name)}</bdi>
    </Link>
    {name?.name != null && <bdi className="line fine soft">{nameOf(who, name)}</bdi>}
  </>
);

/** A link to a user, by name. */
export const PersonLink = ({ who, name }: { readonly who: Who; readonly name: Name | undefined }) => (
  <Link to={pathOf(who)}>
    <bdi>{nameOf(who, name)}</bdi>
  </Link>
);
