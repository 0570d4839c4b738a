import type { JsonObject } from '../../src/base/json.js';
import type { RestAnswer } from '../../src/connections/rest-call.js';
import type { ScimSettings } from './config.js';
import { isSameName, toScimType } from './schema.js';

/** One change of the attribute in two forms, because servers differ. */
export interface Change {
  readonly usual: JsonObject;
  /** Form for servers that reject the path of the usual form. */
  readonly other: JsonObject;
}

const gravitee = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User';

export function toChange({ path, schema, name }: ScimSettings['attribute'], value: string | null): Change {
  const setOrRemove = (op: 'add' | 'replace', where: string): JsonObject =>
    value === null ? { op: 'remove', path: where } : { op, path: where, value };
  // With the full path (RFC 7644, section 3.10), the server adds the URN to the user's `schemas`.
  const byPath = setOrRemove('replace', path);
  // Gravitee Access Management needs a dotted path; a change without a path would erase its whole extension. Other
  // servers reject the dot.
  if (isSameName(schema, gravitee)) return { usual: setOrRemove('add', `${gravitee}.${name}`), other: byPath };
  // Without a path, the value is a partial user (section 3.5.2.1), in which null means absent (RFC 7643, section 2.5).
  const whole = { op: value === null ? 'replace' : 'add', value: { [schema]: { [name]: value } } };
  return { usual: byPath, other: whole };
}

export const isDone = ({ status }: RestAnswer): boolean => status === 200 || status === 204;

/** Returns true if the server rejected the path. Some servers omit the error type (RFC 7644, section 3.12). */
export const isRefusedPath = ({ status, body }: RestAnswer): boolean =>
  status === 400 && [null, 'invalidPath', 'invalidSyntax', 'noTarget'].includes(toScimType(body));
