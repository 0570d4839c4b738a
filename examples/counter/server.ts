/*
 * A counter where staff check people in person: it shows a code, or reads one, and what it is told stands there for a
 * minute. A whole device of RFC 8628 with openid-client; the sign-in of the staff is yours.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { beginCheck, type Check } from './check.js';
import { renderCheck, renderHome, renderPart, script } from './pages.js';

/** The counter, listening. */
export interface Counter {
  readonly url: string;
  close(): Promise<void>;
}

/** A device with a camera that stands beside the counter. */
export interface Kiosk {
  readonly id: string;
  /** Its own page, where that is another window of the same browser, as in the demonstration; `null`: it is open already. */
  readonly url: string | null;
}

/** A code is good for ten minutes, and what comes of it for one more. */
const keptMs = 11 * 60_000;

/**
 * Starts the counter on this machine.
 * @param port - 0 takes a free one
 * @param issuer - of the OpenID provider that checks faces; asked for at the first check
 */
export async function startCounter({
  port,
  issuer,
  clientId,
  clientSecret,
  kiosk,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The kiosk beside it, for people without a phone; `null`: there is none. */
  readonly kiosk: (() => Promise<Kiosk>) | null;
}): Promise<Counter> {
  const checks = new Map<string, Check>();
  const home = (note = ''): string => renderHome(note, kiosk !== null);
  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, 502, home('The service cannot be reached.')));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://localhost:${typeof address === 'object' ? address?.port : port}`;

  // On this machine alone: anywhere else both sides speak https.
  const isLocal = new URL(issuer).protocol === 'http:';
  const discover = (): Promise<client.Configuration> =>
    client.discovery(new URL(issuer), clientId, {}, client.ClientSecretBasic(clientSecret), {
      execute: isLocal ? [client.allowInsecureRequests] : [],
    });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', url);
    const isPost = request.method === 'POST';
    // A form of another site is not one of ours.
    if (isPost && request.headers['sec-fetch-site'] === 'cross-site') return send(response, 403, home());
    if (pathname === '/') return send(response, 200, home());
    if (pathname === '/kiosk') {
      const location = (await kiosk?.())?.url ?? '/';
      return void response.writeHead(303, { location }).end();
    }
    if (pathname === '/counter.js') return send(response, 200, script, 'text/javascript');
    if (pathname === '/checks' && isPost) return begin(request, response);
    const [, id = '', more = ''] = /^\/checks\/([\w-]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
    const check = checks.get(id);
    if (check === undefined) return send(response, 404, home('This check is over.'));
    if (!isPost) {
      return send(response, 200, more === 'part' ? renderPart(id, check.view()) : renderCheck(id, check.view()));
    }
    if (more === 'number') check.say((await readForm(request)).get('number') ?? '');
    if (more === 'end') check.end();
    response.writeHead(303, { location: `/checks/${id}` }).end();
  }

  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const config = await discover();
    const form = await readForm(request);
    const shownCode = form.get('shown_code');
    const kioskId = form.has('kiosk') ? ((await kiosk?.())?.id ?? null) : null;
    // Also what a scanner types: digits, and nothing of another counter's code.
    const digits = shownCode?.replace(/[\s-]/g, '') ?? null;
    if (digits !== null && !/^\d{8}$/.test(digits)) {
      return send(response, 400, home('That is no code of a phone: it has eight digits.'));
    }
    try {
      const id = randomBytes(12).toString('base64url');
      checks.set(id, await beginCheck(config, { shownCode: digits, kiosk: kioskId }));
      setTimeout(() => checks.delete(id), keptMs).unref();
      response.writeHead(303, { location: `/checks/${id}` }).end();
    } catch (error) {
      if (!(error instanceof client.ResponseBodyError)) throw error;
      send(response, 400, home('That code is not good, or was used. Ask for a new one.'));
    }
  }

  return {
    url,
    async close() {
      for (const check of checks.values()) check.end();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 1000) break;
  }
  return new URLSearchParams(text);
}

function send(response: ServerResponse, status: number, page: string, type = 'text/html'): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'",
  });
  response.end(page);
}
