import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/**
 * Puts on every answer what helmet sets, and that nobody keeps a copy. What it comes to is found once: it is the same for every
 * request. A page with a policy of its own puts that in its place.
 */
export function createConstantHeaders() {
  const headers = [...headersOf(helmet()), ['Cache-Control', 'no-store']] as const;
  return (response: ServerResponse): void => {
    for (const [name, value] of headers) response.setHeader(name, value);
  };
}

/** What a middleware sets on an answer. */
function headersOf(middleware: ReturnType<typeof helmet>): (readonly [string, string])[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, () => {});
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))] as const);
}
