import { z } from 'zod';
import type { JsonObject } from '../../src/base/json.js';
import { parseAnswer } from './client.js';

const objectGuard = z.record(z.string(), z.json());

const readOnlyFields = ['id', 'created', 'lastUpdated', '_links', '_embedded'];

export function toWritable(found: unknown, more: readonly string[]): JsonObject {
  const left = new Set([...readOnlyFields, ...more]);
  return Object.fromEntries(Object.entries(parseAnswer(objectGuard, found)).filter(([field]) => !left.has(field)));
}
