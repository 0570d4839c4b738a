/*
 * A counter where staff check people in person by a code, and see the result for a minute. A complete device client
 * (RFC 8628) with openid-client. Add your staff's sign-in.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { renderSVG } from 'uqr';
import { discover, type Registration } from '../web/face-check.js';
import { escapeHtml, listen, readForm, redirect, type Site, sendPage, sendScript, toDocument } from '../web/site.js';
import { beginCheck, type Check, type View } from './check.js';

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

const send = (response: ServerResponse, status: number, page: string): void => sendPage(response, status, page, policy);

const style = `
  form { margin: 1rem 0; } #told { font-size: 3rem; font-weight: 700; letter-spacing: .08em; margin: .25rem 0; }
  .code { font-size: 1.6rem; font-weight: 600; letter-spacing: .1em; }`;

/** Script that fetches the changed part of the page and counts down. At the end it removes all personal data. */
export const script = `
  const part = document.querySelector('#part');
  let shown = part.innerHTML;
  const tick = async () => {
    const reply = await fetch(location.pathname + '/part', { cache: 'no-store' }).catch(() => null);
    const text = reply === null ? null : reply.ok ? await reply.text() : '<p>This check has ended.</p>';
    if (text !== null && text !== shown) { shown = text; part.innerHTML = text; }
    const left = part.querySelector('[data-until]');
    if (left) left.textContent = Math.max(0, Math.ceil((Number(left.dataset.until) - Date.now()) / 1000));
  };
  setInterval(tick, 1000);
  window.addEventListener('pagehide', () => part.replaceChildren());`;

const toPage = (title: string, body: string): string => toDocument({ site: 'Service desk', title, body, style });

const renderHome = (note: string, hasKiosk: boolean): string =>
  toPage(
    'Desk 1',
    `<p class="note" role="status">${escapeHtml(note)}</p>
<form method="post" action="/checks"><button>Show a code</button></form>
<form method="post" action="/checks">
<label>Or scan the code on the person’s phone, or type its eight digits
<input name="shown_code" inputmode="numeric" autocomplete="off" required maxlength="20"></label>
<button class="quiet">Use this code</button>
</form>
${hasKiosk ? '<form method="post" action="/checks"><button class="quiet" name="kiosk" value="yes">No phone: use the kiosk</button></form>' : ''}`,
  );

export const renderCheck = (id: string, view: View): string =>
  toPage(
    'Desk 1',
    `<div id="part" aria-live="polite">${renderPart(id, view)}</div><nav><a href="/">Next person</a></nav><script src="/counter.js" defer></script>`,
  );

function renderPart(id: string, view: View): string {
  switch (view.state) {
    case 'waiting':
      return view.link === null
        ? `<p>${view.isAtKiosk ? 'Send the person to the kiosk.' : 'Waiting for the person’s phone.'}</p>`
        : `<p>Ask the person to scan this, or to type the code at <b>${escapeHtml(new URL(view.link).host)}</b>.</p>
<a class="qr" href="${escapeHtml(view.link)}" aria-label="The code, as a link">${renderSVG(view.link, { ecc: 'M', border: 4 })}</a>
<p class="code">${escapeHtml(view.code)}</p>`;
    case 'numbers': {
      const where = view.isAtKiosk ? 'the kiosk' : 'their phone';
      return `<p>Tell the person this number:</p><p id="told">${escapeHtml(view.number)}</p>
<form method="post" action="/checks/${id}/number">
<label>Number shown on ${where} <input name="number" inputmode="numeric" autocomplete="off" required pattern="[0-9]{2}" maxlength="2"></label>
<button>Compare</button></form>
<form method="post" action="/checks/${id}/end"><button class="quiet">No number there: end the check</button></form>`;
    }
    case 'checking':
      return '<p>The person shows their face and reads what you ask for.</p>';
    case 'verified':
      return `<h2>Verified</h2><p>${view.at.toISOString().slice(11, 19)} UTC. Cleared in <b data-until="${view.until.getTime()}">60</b> seconds.</p>
<dl>${Object.entries(view.claims).map(renderClaim).join('')}</dl>`;
    case 'ended':
      return `<p role="status">${escapeHtml(view.why)}</p>`;
  }
}

const renderClaim = ([name, value]: [string, unknown]): string =>
  `<dt>${escapeHtml(name.replaceAll('_', ' '))}</dt><dd>${value === null ? 'not shared' : escapeHtml(String(value))}</dd>`;
