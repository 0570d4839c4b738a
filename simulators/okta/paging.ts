import type { Request, RequestHandler, Response } from 'express';
import { ApiError, invalidSearch } from './errors.js';
import type { Org } from './org.js';

/** Maximum page size, small enough to reveal callers that read only the first page. */
const pageSize = 2;

/** @see https://developer.okta.com/docs/api/#pagination */
export function sendPage<Entry extends { readonly id: string }>(
  org: Org,
  { originalUrl, query }: Request,
  response: Response,
  entries: readonly Entry[],
): void {
  const after = entries.findIndex(({ id }) => id === query.after);
  if (query.after !== undefined && after < 0) throw invalidSearch('after: The cursor is unknown');
  const start = after + 1;
  const page = entries.slice(start, start + Math.min(pageSize, Number(query.limit ?? pageSize)));
  const self = new URL(originalUrl, org.url);
  const links = [`<${self}>; rel="self"`];
  const last = page.at(-1);
  if (last !== undefined && start + page.length < entries.length) {
    self.searchParams.set('after', last.id);
    links.push(`<${self}>; rel="next"`);
  }
  response.set('Link', links.join(', ')).json(page);
}

const limitsEvery = 9;

/**
 * Rate-limits every ninth call. The limit resets at once.
 * @see https://developer.okta.com/docs/reference/rl-best-practices/
 */
export function limitRate(org: Org): RequestHandler {
  let calls = 0;
  return (_request, response, next) => {
    calls += 1;
    if (calls % limitsEvery !== 0) return void next();
    response.set({
      'X-Rate-Limit-Limit': '600',
      'X-Rate-Limit-Remaining': '0',
      'X-Rate-Limit-Reset': String(Math.floor(org.now() / 1000)),
    });
    throw new ApiError(429, 'E0000047', 'API call exceeded rate limit due to too many requests.');
  };
}
