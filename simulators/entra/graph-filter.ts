import { badRequest } from './errors.js';

const equals = /^(\w+) eq (?:'((?:[^']|'')*)'|(true|false))/;
const beginning = /^startswith\((\w+),'((?:[^']|'')*)'\)/;
/** Filterable user properties; others need advanced queries or cannot be filtered. */
const searchable = ['displayName', 'givenName', 'surname', 'mail', 'userPrincipalName'];

const unquote = (text: string): string => text.replaceAll("''", "'");

/**
 * Parses `name eq value` and `startswith(name,'value')`, joined by `or`; nothing else is supported.
 * @see https://learn.microsoft.com/en-us/graph/filter-query-parameter
 */
export function parseGraphFilter(filter: string): (entry: object) => boolean {
  const any: ((entry: object) => boolean)[] = [];
  let rest = filter;
  while (true) {
    const [equal, name = '', text, flag] = equals.exec(rest) ?? [];
    const [begun, begunName = '', begins = ''] = beginning.exec(rest) ?? [];
    if (equal !== undefined) {
      const value = text === undefined ? flag === 'true' : unquote(text);
      any.push((entry) => Reflect.get(entry, name) === value);
    } else if (begun !== undefined && searchable.includes(begunName)) {
      const wanted = unquote(begins).toLowerCase();
      any.push((entry) =>
        String(Reflect.get(entry, begunName) ?? '')
          .toLowerCase()
          .startsWith(wanted),
      );
    } else throw badRequest('Invalid filter clause.');
    rest = rest.slice((equal ?? begun ?? '').length);
    if (rest === '') return (entry) => any.some((isHit) => isHit(entry));
    if (!rest.startsWith(' or ')) throw badRequest('Invalid filter clause.');
    rest = rest.slice(' or '.length);
  }
}
