import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';
import { FaceError } from '../errors.js';

export const mountAt = (
  app: Express,
  address: string,
  answer: (request: Request, response: Response) => Promise<void>,
): void => void app.route(address).all(answer);

/**
 * Returns the raw query with its question mark. The URL is not parsed, because an absolute URL with an invalid host
 * would throw.
 */
export function queryOf({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  const at = originalUrl.indexOf('?');
  return at === -1 ? '' : originalUrl.slice(at);
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6 */
export function refuseMethod(response: ServerResponse, taken: readonly string[]): never {
  response.setHeader('Allow', taken.join(', '));
  throw new FaceError('method_not_allowed');
}

export function requireMethod(request: IncomingMessage, response: ServerResponse, taken: readonly string[]): void {
  if (!taken.includes(request.method ?? '')) refuseMethod(response, taken);
}
