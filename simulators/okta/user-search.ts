import { invalidSearch } from './errors.js';
import type { OrgUser } from './org.js';

const term = /^profile\.([A-Za-z]+) sw ("(?:[^"\\]|\\.)*")/;

const refuse = () => invalidSearch('search: Invalid search expression');

/**
 * Parses `profile.x sw "…"` with `and`, `or` and parentheses; nothing else is supported. Names are compared without
 * case, and `sw` does not work on custom attributes.
 */
export function parseUserSearch(search: string): (user: OrgUser) => boolean {
  let rest = search;
  const take = (sign: string): boolean => {
    if (!rest.startsWith(sign)) return false;
    rest = rest.slice(sign.length);
    return true;
  };
  const takeTerm = (): ((user: OrgUser) => boolean) => {
    const [whole, name, written] = term.exec(rest) ?? [];
    if (whole === undefined || name === undefined || written === undefined) throw refuse();
    rest = rest.slice(whole.length);
    const wanted = String(JSON.parse(written)).toLowerCase();
    return ({ profile }) =>
      String(profile[name] ?? '')
        .toLowerCase()
        .startsWith(wanted);
  };
  const takeAlternative = (): ((user: OrgUser) => boolean) => {
    const isGrouped = take('(');
    const all = [takeTerm()];
    while (take(' and ')) all.push(takeTerm());
    if (isGrouped && !take(')')) throw refuse();
    return (user) => all.every((isHit) => isHit(user));
  };
  const any = [takeAlternative()];
  while (take(' or ')) any.push(takeAlternative());
  if (rest !== '') throw refuse();
  return (user) => any.some((isHit) => isHit(user));
}
