/*
 * A counter where staff check people in person by a code, and see the result for a minute. A complete device client
 * (RFC 8628) with openid-client. Add your staff's sign-in.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { discover, type Registration } from '../web/face-check.js';
import { listen, readBody, redirect, type Site, sendPage, sendScript } from '../web/site.js';
import { beginCheck, type Check } from './check.js';
import { renderCheck, renderHome, renderPart, script } from './pages.js';

export interface Kiosk {
  readonly id: string;
  /** URL that opens the kiosk in another window of this browser; `null` if it is already open. */
  readonly url: string | null;
}

/** A code is valid for ten minutes, its result for one more. */
const keptMs = 11 * 60_000;

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

export async function startCounter({
  port,
  kiosk,
  ...registration
}: Registration & {
  readonly port: number;
  readonly kiosk: (() => Promise<Kiosk>) | null;
}): Promise<Site> {
  const checks = new Map<string, Check>();
  const home = (note = ''): string => renderHome(note, kiosk !== null);
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() => send(response, 502, home('The service cannot be reached.')));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', site.url);
    const isPost = request.method === 'POST';
    // Refuse forms from other sites.
    if (isPost && request.headers['sec-fetch-site'] === 'cross-site') return send(response, 403, home());
    if (pathname === '/') return send(response, 200, home());
    if (pathname === '/kiosk') return redirect(response, (await kiosk?.())?.url ?? '/');
    if (pathname === '/counter.js') return sendScript(response, script);
    if (pathname === '/checks' && isPost) return begin(request, response);
    const [, id = '', more = ''] = /^\/checks\/([\w-]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
    const check = checks.get(id);
    if (check === undefined) return send(response, 404, home('This check has ended.'));
    if (!isPost) {
      return send(response, 200, more === 'part' ? renderPart(id, check.view()) : renderCheck(id, check.view()));
    }
    if (more === 'number') check.say((await readForm(request)).get('number') ?? '');
    if (more === 'end') check.end();
    redirect(response, `/checks/${id}`);
  }

  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const config = await discover(registration);
    const form = await readForm(request);
    const shownCode = form.get('shown_code');
    const kioskId = form.has('kiosk') ? ((await kiosk?.())?.id ?? null) : null;
    const digits = shownCode?.replace(/[\s-]/g, '') ?? null;
    if (digits !== null && !/^\d{8}$/.test(digits)) {
      return send(response, 400, home('The code must have eight digits.'));
    }
    try {
      const id = randomBytes(12).toString('base64url');
      checks.set(id, await beginCheck(config, { shownCode: digits, kiosk: kioskId }));
      setTimeout(() => checks.delete(id), keptMs).unref();
      redirect(response, `/checks/${id}`);
    } catch (error) {
      if (!(error instanceof client.ResponseBodyError)) throw error;
      send(response, 400, home('This code is wrong or was used. Ask for a new one.'));
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

const maxFormBytes = 1000;

const readForm = async (request: IncomingMessage): Promise<URLSearchParams> =>
  new URLSearchParams(Buffer.from((await readBody(request, maxFormBytes)) ?? []).toString());

const send = (response: ServerResponse, status: number, page: string): void => sendPage(response, status, page, policy);
