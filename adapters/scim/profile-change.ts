import type { JsonObject } from '../../src/base/json.js';
import type { RestAnswer } from '../rest-call.js';
import type { ScimSettings } from './config.js';
import { isSameName, toScimType } from './schema.js';

/** One change of the attribute, in two forms: each server takes one of them. */
export interface Change {
  readonly usual: JsonObject;
  /** For a server that does not find the attribute by the usual one. */
  readonly other: JsonObject;
}

const gravitee = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User';

/** The change of the attribute to a value; to none with `null`. */
export function toChange({ path, schema, name }: ScimSettings['attribute'], value: string | null): Change {
  const setOrRemove = (op: 'add' | 'replace', where: string): JsonObject =>
    value === null ? { op: 'remove', path: where } : { op, path: where, value };
  // By the attribute's full path (RFC 7644, section 3.10); with the schema's URN it brings that into the user's `schemas`.
  const byPath = setOrRemove('replace', path);
  // Gravitee Access Management finds it by a dot, and replaces nothing in an extension that a user has not; without a path all
  // of the extension would be lost, which is why it is never sent that. Others with this URN refuse the dot.
  if (isSameName(schema, gravitee)) return { usual: setOrRemove('add', `${gravitee}.${name}`), other: byPath };
  // Without a path the value is a user in part (section 3.5.2.1), and null one that is not there (RFC 7643, section 2.5).
  const whole = { op: value === null ? 'replace' : 'add', value: { [schema]: { [name]: value } } };
  return { usual: byPath, other: whole };
}

export const isDone = ({ status }: RestAnswer): boolean => status === 200 || status === 204;

/** What servers say of a path that they do not find an attribute by; some give no word for it (RFC 7644, section 3.12). */
export const isRefusedPath = ({ status, body }: RestAnswer): boolean =>
  status === 400 && [null, 'invalidPath', 'invalidSyntax', 'noTarget'].includes(toScimType(body));
