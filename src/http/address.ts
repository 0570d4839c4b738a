import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';
import { FaceError } from '../errors.js';

/**
 * Puts an answer at an address, whatever the method: as one layer of the router. `app.all` makes one for each of 34 methods, at
 * every start and change of the configuration.
 */
export const mountAt = (
  app: Express,
  address: string,
  answer: (request: Request, response: Response) => Promise<void>,
): void => void app.route(address).all(answer);

/**
 * What a request asks with, question mark and all; empty where it asks with nothing. As it stands: whoever writes a whole address
 * may put a host into it that is none.
 */
export function queryOf({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  const at = originalUrl.indexOf('?');
  return at === -1 ? '' : originalUrl.slice(at);
}

/**
 * Refuses a method, and says which are taken.
 * @throws FaceError `method_not_allowed`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
 */
export function refuseMethod(response: ServerResponse, taken: readonly string[]): never {
  response.setHeader('Allow', taken.join(', '));
  throw new FaceError('method_not_allowed');
}

/**
 * Goes on where the method is taken.
 * @throws FaceError `method_not_allowed`
 */
export function requireMethod(request: IncomingMessage, response: ServerResponse, taken: readonly string[]): void {
  if (!taken.includes(request.method ?? '')) refuseMethod(response, taken);
}
