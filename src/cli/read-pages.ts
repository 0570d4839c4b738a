import type { z } from 'zod';
import { callServer, type Fields } from './call-server.js';
import type { CallDeps } from './find-server.js';

/**
 * Reads a list page by page, as the caller consumes it.
 * @param toFields - returns the fields of each request
 * @throws FaceError, UsageError as `callServer`
 */
export async function* readPages<Guard extends z.ZodType<{ readonly cursor: string | null }>>(
  path: `/${string}`,
  toFields: () => Fields,
  guard: Guard,
  deps: CallDeps,
): AsyncGenerator<z.output<Guard>> {
  let cursor: string | null | undefined;
  do {
    const page: z.output<Guard> = await callServer(`POST ${path}`, guard, deps, { ...toFields(), cursor });
    yield page;
    cursor = page.cursor;
  } while (cursor !== null);
}

export async function readAllPages<Guard extends z.ZodType<{ readonly cursor: string | null }>>(
  path: `/${string}`,
  fields: Fields,
  guard: Guard,
  deps: CallDeps,
): Promise<z.output<Guard>[]> {
  const all: z.output<Guard>[] = [];
  for await (const page of readPages(path, () => fields, guard, deps)) all.push(page);
  return all;
}
