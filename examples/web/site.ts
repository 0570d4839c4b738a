import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';

export type Site = Awaited<ReturnType<typeof listen>>;

/** A site whose users come back from a face check at `redirectUri`, which the OpenID client must have. */
export interface RelyingParty extends Site {
  readonly redirectUri: string;
}

/** Starts an HTTP server for this machine only. */
export async function listen(port: number, listener: RequestListener) {
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

/** @returns no fields if the body is too large */
export const readForm = async (request: IncomingMessage, maxBytes = 1024): Promise<URLSearchParams> =>
  new URLSearchParams(Buffer.from((await readBody(request, maxBytes)) ?? []).toString());

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

/* Page layout of all examples. */

/** Light and dark colors, each with a contrast of at least 4.5 (WCAG 2.2, 1.4.3). */
const skin = `
  :root { color-scheme: light dark; --ground: #f3f5f8; --card: #fff; --ink: #17202b; --soft: #55606e; --line: #c9d0d9; --press: #0b5fa5; --on: #fff; --good: #14632f; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #10141a; --card: #191f28; --ink: #e8ecf2; --soft: #a9b4c2; --line: #3a4554; --press: #7fb8ee; --on: #10151c; --good: #7ad19a; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
  header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; max-width: 36rem; margin: 0 auto; padding: 1rem 1.5rem 0; }
  nav a { display: inline-block; padding: .5rem 1rem .5rem 0; }
  header b { font-size: 1.1rem; } header b::before { content: ""; display: inline-block; width: .7rem; height: .7rem; margin-inline-end: .5rem; border-radius: 50%; background: var(--press); }
  main { max-width: 36rem; margin: 1rem auto; padding: 1.5rem; background: var(--card); border-radius: .75rem; box-shadow: 0 1px 3px #0003; }
  h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25; } h2 { margin: 1.5rem 0 .5rem; font-size: 1.2rem; }
  a { color: var(--press); } small, dt, .soft { color: var(--soft); } dt { font-size: .9rem; } dd { margin: 0 0 .75rem; font-weight: 600; }
  label { display: block; margin: 1rem 0; }
  input, textarea { font: inherit; display: block; width: 100%; min-height: 2.75rem; margin-top: .25rem; padding: .5rem .75rem; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: .4rem; }
  textarea { min-height: 7rem; font-size: .85rem; }
  button, .button { font: inherit; font-weight: 600; display: inline-block; min-height: 2.75rem; margin: .25rem 0; padding: .6rem 1.25rem; color: var(--on); background: var(--press); border: 1px solid var(--press); border-radius: .4rem; text-decoration: none; cursor: pointer; }
  .quiet { color: var(--press); background: none; } button:disabled { opacity: .5; cursor: default; }
  :focus-visible { outline: 3px solid var(--press); outline-offset: 2px; }
  .note:empty { display: none; } .note, output { display: block; font-weight: 600; }
  .qr { display: block; width: min(100%, 18rem); padding: 1rem; background: #fff; border-radius: .5rem; } .qr svg { display: block; }
  pre { padding: 1rem; overflow: auto; background: var(--ground); border-radius: .5rem; }
  @media (max-width: 40rem) { main { margin: 1rem .5rem; padding: 1.25rem; } header { padding-inline: 1.25rem; } }`;

interface Document {
  readonly site: string;
  readonly title: string;
  /** HTML. */
  readonly body: string;
  /** HTML in the header. */
  readonly menu?: string;
  readonly style?: string;
  /** HTML after the body. */
  readonly script?: string;
}

export const toDocument = ({ site, title, body, menu = '', style = '', script = '' }: Document): string =>
  `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – ${escapeHtml(site)}</title><style>${skin}${style}</style></head>
<body><header><b>${escapeHtml(site)}</b>${menu}</header>
<main><h1>${escapeHtml(title)}</h1>${body}</main>${script}</body></html>`;
