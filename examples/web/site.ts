import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts an HTTP server for this machine only. */
export async function listen(port: number, listener: RequestListener): Promise<Site> {
  const server = createServer(listener).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://localhost:${typeof address === 'object' ? address?.port : port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);

/** Content security policy of a page without scripts, whose forms go to its own site. */
const plainPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'";

export function sendPage(response: ServerResponse, status: number, html: string, policy = plainPolicy): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy,
  });
  response.end(html);
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** Sends a script; `null` if there is none, which is answered with 404. */
export function sendScript(response: ServerResponse, text: string | null): void {
  response.writeHead(text === null ? 404 : 200, {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(text ?? '');
}

/** @returns `null` if the body is too large; the rest is still read, so that the client gets the answer */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
  }
  return bytes > maxBytes ? null : Uint8Array.from(Buffer.concat(parts));
}

export const redirect = (response: ServerResponse, location: string): void =>
  void response.writeHead(303, { location, 'cache-control': 'no-store' }).end();

export function nameBrowser(response: ServerResponse, cookie: string, maxAgeSec?: number): string {
  const id = randomBytes(24).toString('base64url');
  const age = maxAgeSec === undefined ? '' : `; Max-Age=${maxAgeSec}`;
  response.setHeader('set-cookie', `${cookie}=${id}; HttpOnly; SameSite=Lax; Path=/${age}`);
  return id;
}

export const browserOf = ({ headers }: IncomingMessage, cookie: string): string =>
  new RegExp(`(?:^|; )${cookie}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1] ?? '';
