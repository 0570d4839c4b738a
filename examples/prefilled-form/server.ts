/*
 * A form that is prefilled from the user's profile after a face check and consent. A complete relying party with
 * openid-client only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { createBrowserChecks } from '../web/browser-checks.js';
import { discover, finishFaceCheck, type Registration, wasDenied } from '../web/face-check.js';
import { escapeHtml, listen, type Site, sendPage, toDocument } from '../web/site.js';

interface PrefilledForm extends Site {
  readonly redirectUri: string;
}

/** Requested claims. They must be registered for this client, with their purpose. */
const claims = {
  userinfo: { given_name: { essential: true }, family_name: { essential: true }, email: null, phone_number: null },
};

const cookie = { name: 'prefilled-form', maxAgeSec: 900 };

export async function startPrefilledForm({
  port,
  ...registration
}: Registration & { readonly port: number }): Promise<PrefilledForm> {
  const checks = createBrowserChecks(registration, cookie);
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() => sendPage(response, 500, renderMessage('Something went wrong', '')));
  });
  const redirectUri = `${site.url}/callback`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', site.url);
    const { pathname } = address;
    if (pathname === '/') return sendPage(response, 200, renderForm({}));
    if (pathname === '/fill')
      return checks.leave(response, { redirect_uri: redirectUri, claims: JSON.stringify(claims) });
    if (pathname === '/callback') return comeBack(address, request, response);
    // Process the form here; the example discards it.
    if (pathname === '/send') return sendPage(response, 200, renderMessage('Thank you', 'Your application was sent.'));
    return sendPage(response, 404, renderMessage('Page not found', ''));
  }

  /** Handles the return from the face check. UserInfo returns only the claims that the user consented to. */
  async function comeBack(address: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = checks.take(request);
    if (begun === undefined) return sendPage(response, 400, renderMessage('Start again', ''));
    try {
      const tokens = await finishFaceCheck(registration, address, begun);
      const subject = tokens.claims()?.sub ?? '';
      const known = await client.fetchUserInfo(await discover(registration), tokens.access_token, subject);
      return sendPage(response, 200, renderForm(known));
    } catch (error) {
      const isDenied = wasDenied(error);
      const text = isDenied ? 'Nothing was read from your profile. Fill in the form yourself.' : 'Please try again.';
      return sendPage(response, isDenied ? 200 : 502, renderForm({}, text));
    }
  }

  return { ...site, redirectUri };
}

const toPage = (title: string, body: string): string => toDocument({ site: 'City library', title, body });

const fields = {
  given_name: 'Given name',
  family_name: 'Family name',
  email: 'Email address',
  phone_number: 'Phone number',
} as const;

function renderForm(known: Readonly<Record<string, unknown>>, note = ''): string {
  const rows = Object.entries(fields).map(([claim, label]) => {
    const value = known[claim];
    const text = typeof value === 'string' ? value : '';
    return `<label>${label} <input name="${claim}" value="${escapeHtml(text)}"></label>`;
  });
  return toPage(
    'Apply for a library card',
    `<p class="note">${escapeHtml(note)}</p>
<p><a class="button quiet" href="/fill">Fill in from my profile</a></p>
<form method="post" action="/send">${rows.join('\n')}<button>Send</button></form>`,
  );
}

const renderMessage = (title: string, text: string): string => toPage(title, `<p>${text}</p>`);
