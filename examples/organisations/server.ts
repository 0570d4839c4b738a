/*
 * A tax office: after a face check, users choose the company to file for, and may do what their role allows. A complete
 * relying party with openid-client only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { createBrowserChecks } from '../web/browser-checks.js';
import { discover, finishFaceCheck, type Registration, wasDenied } from '../web/face-check.js';
import { browserOf, escapeHtml, listen, nameBrowser, type Site, sendPage, toDocument } from '../web/site.js';

interface TaxOffice extends Site {
  readonly redirectUri: string;
}

/** Session of a user, for the lifetime of the access token. */
interface Session {
  readonly subject: string;
  readonly accessToken: string;
}

const cookie = { name: 'tax-office', maxAgeSec: 900 };

export async function startTaxOffice({
  port,
  ...registration
}: Registration & { readonly port: number }): Promise<TaxOffice> {
  const checks = createBrowserChecks(registration, cookie);
  const sessions = new Map<string, Session>();
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() => sendPage(response, 500, renderStart('Something went wrong.')));
  });
  const redirectUri = `${site.url}/callback`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', site.url);
    const { pathname } = address;
    if (pathname === '/') return sendPage(response, 200, renderStart());
    if (pathname === '/sign-in') return leave(response);
    if (pathname === '/callback') return comeBack(address, request, response);
    if (pathname === '/file' && request.method === 'POST') return file(request, response);
    return sendPage(response, 404, renderStart('Page not found.'));
  }

  const leave = (response: ServerResponse): Promise<void> =>
    checks.leave(response, {
      redirect_uri: redirectUri,
      scope: 'openid organisation',
      // Require a face, even if the policy accepts a one-time code.
      claims: JSON.stringify({ id_token: { acr: { essential: true, values: ['face'] } } }),
    });

  async function comeBack(address: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = checks.take(request);
    if (begun === undefined) return sendPage(response, 400, renderStart('Start again.'));
    try {
      const tokens = await finishFaceCheck(registration, address, begun);
      const claims = tokens.claims();
      const organisation = toOrganisation(claims?.organisation);
      if (claims === undefined || organisation === null) throw new Error('for whom?');
      // A new cookie prevents session fixation by a planted one.
      sessions.set(nameBrowser(response, cookie.name, cookie.maxAgeSec), {
        subject: claims.sub,
        accessToken: tokens.access_token,
      });
      return sendPage(response, 200, renderCompany(organisation, claims.sub));
    } catch (error) {
      const why = wasDenied(error) ? (error.error_description ?? 'access denied') : 'please try again';
      return sendPage(response, wasDenied(error) ? 403 : 502, renderStart(`Not signed in: ${why}.`));
    }
  }

  /** Files a tax return. The user's role is fetched again, because it may have ended since the sign-in. */
  async function file(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = sessions.get(browserOf(request, cookie.name));
    if (session === undefined) return sendPage(response, 401, renderStart('Please sign in.'));
    try {
      const told = await client.fetchUserInfo(await discover(registration), session.accessToken, session.subject);
      const organisation = toOrganisation(told.organisation);
      if (organisation?.roles.includes('filer') !== true)
        return sendPage(response, 403, renderStart('Your role does not let you file.'));
      return sendPage(response, 200, renderFiled(organisation));
    } catch (error) {
      if (!(error instanceof client.WWWAuthenticateChallengeError) || error.status !== 401) throw error;
      sessions.delete(browserOf(request, cookie.name));
      return sendPage(response, 403, renderStart('You no longer act for this company.'));
    }
  }

  return { ...site, redirectUri };
}

function toOrganisation(claim: unknown): Organisation | null {
  const { sub, name, roles } = Object(claim);
  if (typeof sub !== 'string' || typeof name !== 'string' || !Array.isArray(roles)) return null;
  return { sub, name, roles: roles.filter((role) => typeof role === 'string') };
}

interface Organisation {
  readonly sub: string;
  readonly name: string;
  readonly roles: readonly string[];
}

const toPage = (title: string, body: string): string => toDocument({ site: 'Tax Office', title, body });

const renderStart = (note = ''): string =>
  toPage(
    'File a tax return',
    `<p class="note">${escapeHtml(note)}</p>
<p><a class="button" href="/sign-in">Sign in for a company</a></p>`,
  );

function renderCompany({ sub, name, roles }: Organisation, person: string): string {
  const form = `<form method="post" action="/file"><label>Annual turnover <input name="turnover" inputmode="numeric"></label>
<button>File return</button></form>`;
  return toPage(
    'Your company',
    `<p>You act for <b class="company"><bdi>${escapeHtml(name)}</bdi></b> (${escapeHtml(sub)}) as ${escapeHtml(roles.join(', '))}.</p>
<p><small>Signed in: ${escapeHtml(person)}</small></p>
${roles.includes('filer') ? form : '<p class="note">You can view returns but not file them.</p>'}
<p><a href="/sign-in">Act for another company</a></p>`,
  );
}

const renderFiled = ({ name }: Organisation): string =>
  toPage('Filed', `<p class="note">The return of <bdi>${escapeHtml(name)}</bdi> has been filed.</p>`);
