import { useEffect, useRef, useState } from 'react';
import { useActing } from '../../frame/acting.js';
import { readNames } from './requests.js';

const mostAtOnce = 100;

/** What people are called, as far as the provider has said yet; who is not in it is shown by the id. */
export function useNames(connection: string, subjects: readonly string[]): ReadonlyMap<string, string> {
  const { call } = useActing();
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const asked = useRef(new Set<string>());
  useEffect(() => {
    const unknown = subjects.filter((subject) => !asked.current.has(subject));
    for (const subject of unknown) asked.current.add(subject);
    for (let from = 0; from < unknown.length; from += mostAtOnce) {
      call(readNames(connection, unknown.slice(from, from + mostAtOnce))).then(
        (reply) =>
          setNames((before) => {
            const told = reply.names.map((each) => [each.subject, each.login ?? each.email ?? each.subject] as const);
            return new Map([...before, ...told]);
          }),
        // A provider that does not answer is in nobody's way here.
        () => {},
      );
    }
  }, [connection, subjects.join('\n'), call]);
  return names;
}
