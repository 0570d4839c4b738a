/**
 * Joins parts to a key of the state store. Separators inside a part are percent-encoded, so that different parts never
 * give the same key.
 */
export const joinKey = (...parts: readonly string[]): string =>
  parts.map((part) => part.replaceAll('%', '%25').replaceAll(':', '%3A')).join(':');
