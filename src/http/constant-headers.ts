import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/** Creates the handler for constant headers: those of helmet, computed once, and `no-store`. */
export function createConstantHeaders() {
  const headers = [...headersOf(helmet()), ['Cache-Control', 'no-store']] as const;
  return (response: ServerResponse): void => {
    for (const [name, value] of headers) response.setHeader(name, value);
  };
}

function headersOf(middleware: ReturnType<typeof helmet>): (readonly [string, string])[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, () => {});
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))] as const);
}
