/*
 * A form that is prefilled from the user's profile after a face check and consent. A complete relying party with
 * openid-client only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { createBrowserChecks } from '../web/browser-checks.js';
import { discover, finishFaceCheck, type Registration, wasDenied } from '../web/face-check.js';
import { listen, type Site, sendPage } from '../web/site.js';
import { renderForm, renderMessage } from './pages.js';

export interface PrefilledForm extends Site {
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
