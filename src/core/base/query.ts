/**
 * Returns fields as a query string with its question mark, or '' without fields. Lists become repeated fields, other
 * values that are not text become JSON, and `undefined` is omitted.
 */
export function toQuery(fields: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    for (const each of [value].flat().filter((some) => some !== undefined))
      query.append(name, typeof each === 'string' ? each : JSON.stringify(each));
  return query.size === 0 ? '' : `?${query}`;
}
