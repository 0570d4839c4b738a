import type { z } from 'zod';
import type { JsonObject } from '../base/json.js';
import { callServer } from './call-server.js';
import type { CallDeps } from './find-server.js';

/**
 * Reads a list page by page, as the caller consumes it.
 * @param toFields - returns the fields of each request
 * @throws FaceError, UsageError as `callServer`
 */
export async function* readPages<Guard extends z.ZodType<{ readonly cursor: string | null }>>(
  path: string,
  toFields: () => JsonObject,
  guard: Guard,
  deps: CallDeps,
): AsyncGenerator<z.output<Guard>> {
  let cursor: string | null = null;
  do {
    const fields: JsonObject = { ...toFields(), ...(cursor === null ? {} : { cursor }) };
    const page: z.output<Guard> = await callServer({ method: 'POST', path, fields }, guard, deps);
    yield page;
    cursor = page.cursor;
  } while (cursor !== null);
}
