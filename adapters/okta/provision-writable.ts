import { z } from 'zod';
import type { JsonObject } from '../../src/base/json.js';
import { parseAnswer } from './client.js';

const objectGuard = z.record(z.string(), z.json());

/** Fields that are read-only in all Okta objects. */
const readOnlyFields = ['id', 'created', 'lastUpdated', '_links', '_embedded'];

/**
 * Returns the writable fields of an object, for a PUT that replaces the whole object.
 * @throws FaceError `profile_unavailable` if the answer is not an object
 */
export function toWritable(found: unknown, more: readonly string[]): JsonObject {
  const left = new Set([...readOnlyFields, ...more]);
  return Object.fromEntries(Object.entries(parseAnswer(objectGuard, found)).filter(([field]) => !left.has(field)));
}
