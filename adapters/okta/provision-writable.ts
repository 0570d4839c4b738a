import { z } from 'zod';
import type { JsonObject } from '../../src/base/json.js';
import { parseAnswer } from './client.js';

const objectGuard = z.record(z.string(), z.json());

/** What Okta sets by itself in whatever it keeps, and takes from nobody. */
const readOnlyFields = ['id', 'created', 'lastUpdated', '_links', '_embedded'];

/**
 * What of something found goes along in a PUT, which replaces all of it.
 * @param more - what Okta sets by itself in things of this kind
 * @throws FaceError `profile_unavailable`: it is no object
 */
export function toWritable(found: unknown, more: readonly string[]): JsonObject {
  const left = new Set([...readOnlyFields, ...more]);
  return Object.fromEntries(Object.entries(parseAnswer(objectGuard, found)).filter(([field]) => !left.has(field)));
}
