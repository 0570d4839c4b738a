/*
 * A counter where staff check people in person: it shows a code, or reads one, and what it is told stands there for a
 * minute. A whole device of RFC 8628 with openid-client; the sign-in of the staff is yours.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { discover, type Registration } from '../web/face-check.js';
import { listen, redirect, type Site, sendPage } from '../web/site.js';
import { beginCheck, type Check } from './check.js';
import { renderCheck, renderHome, renderPart, script } from './pages.js';

/** A code is good for ten minutes, and what comes of it for one more. */
const keptMs = 11 * 60_000;

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

/** Starts the counter on this machine. @param port - 0 takes a free one */
export async function startCounter({ port, ...registration }: Registration & { readonly port: number }): Promise<Site> {
  const checks = new Map<string, Check>();
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() => send(response, 502, renderHome('The service cannot be reached.')));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', site.url);
    const isPost = request.method === 'POST';
    // A form of another site is not one of ours.
    if (isPost && request.headers['sec-fetch-site'] === 'cross-site') return send(response, 403, renderHome());
    if (pathname === '/') return send(response, 200, renderHome());
    if (pathname === '/counter.js') return sendScript(response, script);
    if (pathname === '/checks' && isPost) return begin(request, response);
    const [, id = '', more = ''] = /^\/checks\/([\w-]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
    const check = checks.get(id);
    if (check === undefined) return send(response, 404, renderHome('This check is over.'));
    if (!isPost) {
      return send(response, 200, more === 'part' ? renderPart(id, check.view()) : renderCheck(id, check.view()));
    }
    if (more === 'number') check.say((await readForm(request)).get('number') ?? '');
    if (more === 'end') check.end();
    redirect(response, `/checks/${id}`);
  }

  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const config = await discover(registration);
    const shownCode = (await readForm(request)).get('shown_code');
    // Also what a scanner types: digits, and nothing of another counter's code.
    const digits = shownCode?.replace(/[\s-]/g, '') ?? null;
    if (digits !== null && !/^\d{8}$/.test(digits)) {
      return send(response, 400, renderHome('That is no code of a phone: it has eight digits.'));
    }
    try {
      const id = randomBytes(12).toString('base64url');
      checks.set(id, await beginCheck(config, digits));
      setTimeout(() => checks.delete(id), keptMs).unref();
      redirect(response, `/checks/${id}`);
    } catch (error) {
      if (!(error instanceof client.ResponseBodyError)) throw error;
      send(response, 400, renderHome('That code is not good, or was used. Ask for a new one.'));
    }
  }

  return {
    url: site.url,
    async close() {
      for (const check of checks.values()) check.end();
      await site.close();
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

const send = (response: ServerResponse, status: number, page: string): void => sendPage(response, status, page, policy);

function sendScript(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' });
  response.end(text);
}
