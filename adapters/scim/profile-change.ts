import type { JsonObject } from '../../src/base/json.js';
import type { RestAnswer } from '../../src/connections/rest-call.js';
import type { ScimSettings } from './config.js';
import { isSameName, toScimType } from './schema.js';

/** A change of the attribute in two forms, because servers differ. */
export interface Change {
  readonly usual: JsonObject;
  /** For servers that do not resolve the usual path. */
  readonly other: JsonObject;
}

const gravitee = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User';

/** Returns the change to a value, or `null` for removal. */
export function toChange({ path, schema, name }: ScimSettings['attribute'], value: string | null): Change {
  const setOrRemove = (op: 'add' | 'replace', where: string): JsonObject =>
    value === null ? { op: 'remove', path: where } : { op, path: where, value };
  // By full path (RFC 7644, section 3.10); the URN is thereby added to the user's `schemas`.
  const byPath = setOrRemove('replace', path);
  // Gravitee Access Management resolves a dotted path; a change without a path would erase the extension. Other servers
  // reject the dot.
  if (isSameName(schema, gravitee)) return { usual: setOrRemove('add', `${gravitee}.${name}`), other: byPath };
  // Without a path the value is a partial user (section 3.5.2.1), and null means absent (RFC 7643, section 2.5).
  const whole = { op: value === null ? 'replace' : 'add', value: { [schema]: { [name]: value } } };
  return { usual: byPath, other: whole };
}

export const isDone = ({ status }: RestAnswer): boolean => status === 200 || status === 204;

/** Returns true if the server does not resolve the path; some omit the error type (RFC 7644, section 3.12). */
export const isRefusedPath = ({ status, body }: RestAnswer): boolean =>
  status === 400 && [null, 'invalidPath', 'invalidSyntax', 'noTarget'].includes(toScimType(body));
