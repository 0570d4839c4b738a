import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

export interface Exchange {
  readonly method: string;
  /** Encoded path, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: { readonly headers: IncomingHttpHeaders; readonly body: string };
  readonly response: { readonly status: number; readonly headers: Record<string, unknown>; readonly body: string };
}

/**
 * Returns the option `onServer` of a simulator that reports each answered call, so that tests can compare request and
 * answer with the provider's API description.
 */
export const observeExchanges =
  (onExchange: (exchange: Exchange) => void) =>
  (server: Server | TlsServer): void =>
    void server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      // Reads the URL now, because a router removes its own path prefix from the URL while it handles the request.
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const asked = collectRead(request);
      const answered = collectWritten(response);
      response.once('finish', () => {
        onExchange({
          method: request.method ?? '',
          path: pathname,
          query: searchParams,
          request: { headers: request.headers, body: Buffer.concat(asked).toString() },
          response: {
            status: response.statusCode,
            headers: { ...response.getHeaders() },
            body: Buffer.concat(answered).toString(),
          },
        });
      });
    });

/** Records the chunks as they are emitted. A data listener would start the stream before its reader is ready. */
function collectRead(request: IncomingMessage): Buffer[] {
  const chunks: Buffer[] = [];
  const emit = request.emit.bind(request);
  request.emit = (name: string | symbol, ...values: unknown[]): boolean => {
    const [chunk] = values;
    if (name === 'data' && (typeof chunk === 'string' || chunk instanceof Uint8Array)) chunks.push(Buffer.from(chunk));
    return Reflect.apply(emit, request, [name, ...values]);
  };
  return chunks;
}

function collectWritten(response: ServerResponse): Buffer[] {
  const chunks: Buffer[] = [];
  for (const name of ['write', 'end'] as const) {
    const send = response[name];
    Reflect.set(response, name, (...values: unknown[]): unknown => {
      const [chunk] = values;
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      return Reflect.apply(send, response, values);
    });
  }
  return chunks;
}
