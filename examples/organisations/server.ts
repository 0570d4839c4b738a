/*
 * A tax office: after a face check, users choose the company to file for, and may do what their role allows. A complete
 * relying party with openid-client only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { fetchClaims, type Registration } from '../web/face-check.js';
import { startRelyingParty } from '../web/relying-party.js';
import { browserOf, escapeHtml, nameBrowser, type RelyingParty, sendPage, toDocument } from '../web/site.js';

/** Session of a user, for the lifetime of the access token. */
interface Session {
  readonly subject: string;
  readonly accessToken: string;
}

const cookie = { name: 'tax-office', maxAgeSec: 900 };

export function startTaxOffice({
  port,
  ...registration
}: Registration & { readonly port: number }): Promise<RelyingParty> {
  const sessions = new Map<string, Session>();

  /** Files a tax return. The user's role is fetched again, because it may have ended since the sign-in. */
  async function file(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = sessions.get(browserOf(request, cookie.name));
    if (session === undefined) return sendPage(response, 401, renderStart('Please sign in.'));
    try {
      const told = await fetchClaims(registration, session.accessToken, session.subject);
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

  return startRelyingParty(port, registration, {
    cookie,
    renderStart,
    routes: {
      'GET /sign-in': ({ leave }) =>
        leave({
          scope: 'openid organisation',
          // Require a face, even if the policy accepts a one-time code.
          claims: JSON.stringify({ id_token: { acr: { essential: true, values: ['face'] } } }),
        }),
      'POST /file': ({ request, response }) => file(request, response),
    },
    async welcome(tokens, response) {
      const claims = tokens.claims();
      const organisation = toOrganisation(claims?.organisation);
      if (claims === undefined || organisation === null) throw new Error('for whom?');
      // A new cookie prevents session fixation by a planted one.
      const session = { subject: claims.sub, accessToken: tokens.access_token };
      sessions.set(nameBrowser(response, cookie.name, cookie.maxAgeSec), session);
      return renderCompany(organisation, claims.sub);
    },
    denied: (reason) => ({ status: 403, note: `Not signed in: ${reason}.` }),
  });
}

function toOrganisation(claim: unknown) {
  const { sub, name, roles } = Object(claim);
  if (typeof sub !== 'string' || typeof name !== 'string' || !Array.isArray(roles)) return null;
  return { sub, name, roles: roles.filter((role) => typeof role === 'string') };
}

type Organisation = NonNullable<ReturnType<typeof toOrganisation>>;

const toPage = (title: string, body: string): string => toDocument({ site: 'Tax Office', title, body });

const renderStart = (note: string): string =>
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
