import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';

/** An application of this folder, listening. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on this machine alone. @param port - 0 takes a free one */
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

/** Text as it is shown: nothing in it is markup. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);

/** Of a page that runs nothing, and sends its forms to its own site. */
const plainPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'";

/** @param policy - the page's Content-Security-Policy */
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

/** @param text - of a script or a style; `null`: there is none */
export function sendText(response: ServerResponse, type: 'text/css' | 'text/javascript', text: string | null): void {
  response.writeHead(text === null ? 404 : 200, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
  });
  response.end(text ?? '');
}

/** @returns `null`: it is larger; the rest is read and thrown away, so that the answer is heard */
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

/** Gives a browser an id, to be known by. @param maxAgeSec - absent: until it is closed */
export function nameBrowser(response: ServerResponse, cookie: string, maxAgeSec?: number): string {
  const id = randomBytes(24).toString('base64url');
  const age = maxAgeSec === undefined ? '' : `; Max-Age=${maxAgeSec}`;
  response.setHeader('set-cookie', `${cookie}=${id}; HttpOnly; SameSite=Lax; Path=/${age}`);
  return id;
}

/** @returns the id that a browser was given; empty: none */
export const browserOf = ({ headers }: IncomingMessage, cookie: string): string =>
  new RegExp(`(?:^|; )${cookie}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1] ?? '';
