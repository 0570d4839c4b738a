/*
 * A bank that gets the name from a directory and the income from a payroll, with one face check and one consent. A
 * complete relying party with openid-client and jose.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { createBrowserChecks } from '../web/browser-checks.js';
import { discover, finishFaceCheck, type Registration, wasDenied } from '../web/face-check.js';
import { escapeHtml, listen, type Site, sendPage, toDocument } from '../web/site.js';
import { checkSources, type FromSources } from './check-sources.js';

interface SeveralSources extends Site {
  readonly redirectUri: string;
}

/** Requested claims. In the client's registration, the source of `annual_income` is the payroll. */
const claims = { userinfo: { name: { essential: true }, annual_income: { essential: true } } };

const cookie = { name: 'several-sources', maxAgeSec: 1800 };

/** @param sources - trusted issuers of the other sources, by name */
export async function startSeveralSources({
  port,
  sources,
  hint = null,
  ...registration
}: Registration & {
  readonly port: number;
  readonly sources: Readonly<Record<string, string>>;
  readonly hint?: { readonly text: string; readonly url: string } | null;
}): Promise<SeveralSources> {
  const checks = createBrowserChecks(registration, cookie);
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() => sendPage(response, 500, renderMessage('Something went wrong', '')));
  });
  const redirectUri = `${site.url}/callback`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', site.url);
    const { pathname } = address;
    if (pathname === '/') return sendPage(response, 200, renderStart(hint));
    if (pathname === '/apply')
      return checks.leave(response, { redirect_uri: redirectUri, claims: JSON.stringify(claims) });
    if (pathname === '/callback') return comeBack(address, request, response);
    return sendPage(response, 404, renderMessage('Page not found', ''));
  }

  /**
   * Handles the return from the face check. UserInfo returns the claims that the user consented to; claims that another
   * source has signed are verified with the keys of that source.
   */
  async function comeBack(address: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = checks.take(request);
    if (begun === undefined) return sendPage(response, 400, renderMessage('Start again', ''));
    try {
      const tokens = await finishFaceCheck(registration, address, begun);
      const subject = tokens.claims()?.sub ?? '';
      const told = await client.fetchUserInfo(await discover(registration), tokens.access_token, subject);
      const { clientId } = registration;
      const checked = await checkSources(told, { issuers: sources, clientId });
      return sendPage(response, 200, renderApplication(told, checked));
    } catch (error) {
      const isDenied = wasDenied(error);
      const text = isDenied ? 'You shared nothing with us.' : 'Please try again.';
      return sendPage(response, isDenied ? 200 : 502, renderStart(hint, text));
    }
  }

  return { ...site, redirectUri };
}

const toPage = (title: string, body: string): string => toDocument({ site: 'Example Loans', title, body });

const labels = { name: 'Full name', annual_income: 'Annual income' } as const;

const renderStart = (hint: { readonly text: string; readonly url: string } | null, note = ''): string =>
  toPage(
    'Apply for a loan',
    `<p class="note">${escapeHtml(note)}</p>
<p>We need your name and your income. Your employer’s payroll can send both if you agree.</p>
<p><a class="button" href="/apply">Continue with my face</a></p>
${hint === null ? '' : `<p>${escapeHtml(hint.text)} <a href="${escapeHtml(hint.url)}">${escapeHtml(hint.url)}</a></p>`}`,
  );

function renderApplication(told: Readonly<Record<string, unknown>>, { signed, silent }: FromSources): string {
  const rows = Object.entries(labels).map(([claim, label]) => {
    const value = signed.has(claim) ? signed.get(claim)?.value : told[claim];
    const by = signed.get(claim)?.issuer;
    return `<dt>${label}</dt>
<dd class="value" id="${claim}">${escapeHtml(value === undefined ? 'not shared' : String(value))}</dd>
${by === undefined ? '' : `<dd class="by soft">signed by ${escapeHtml(by)}</dd>`}`;
  });
  const reasons = [...silent].map(([source, state]) =>
    state === 'unanswered'
      ? `${source} did not answer. Try again in a moment.`
      : `Your account at ${source} is not linked.`,
  );
  return toPage(
    'Your application',
    `<dl>${rows.join('')}</dl>${reasons.map((reason) => `<p class="silent">${escapeHtml(reason)}</p>`).join('')}`,
  );
}

const renderMessage = (title: string, text: string): string => toPage(title, `<p>${text}</p>`);
