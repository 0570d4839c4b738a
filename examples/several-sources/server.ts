/*
 * A bank that gets the name from a directory and the income from a payroll, with one face check and one consent. A
 * complete relying party with openid-client and jose.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { createBrowserChecks } from '../web/browser-checks.js';
import { discover, finishFaceCheck, type Registration, wasDenied } from '../web/face-check.js';
import { listen, type Site, sendPage } from '../web/site.js';
import { checkSources } from './check-sources.js';
import { renderApplication, renderMessage, renderStart } from './pages.js';

export interface SeveralSources extends Site {
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
