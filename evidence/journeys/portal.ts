import { z } from 'zod';
import type { Browser, Seen } from '../../support/fakes/browser.js';
import { benchPublicUrl } from '../bench/hook-providers.js';
import { issuer } from '../faults/stage.js';

const secret = 'a-secret-of-the-portal-0123456789abcdef';
const redirectUri = 'https://portal.example.com/callback';
/** The portal pushes its authorization requests. */
export const oidcClients = [{ kind: 'relying_party', id: 'portal', secret, redirectUris: [redirectUri] }];

export const portalAuthorization = `Basic ${Buffer.from(`portal:${secret}`).toString('base64')}`;

export const asked = {
  client_id: 'portal',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 's-1',
};

const pushedGuard = z.object({ request_uri: z.string() });

/**
 * Pushes the portal's authorization request, and opens it in the browser.
 * @param send - sends requests for the public URL to the server
 * @returns where the browser ends
 */
export async function openPushed(browser: Browser, send: Send, subject: string): Promise<Pick<Seen, 'url' | 'status'>> {
  const headers = { authorization: portalAuthorization };
  const body = new URLSearchParams({ ...asked, login_hint: subject });
  const pushed = await send(`${issuer}/par`, { method: 'POST', headers, body });
  const { data } = pushedGuard.safeParse(await pushed.json());
  if (data === undefined) return pushed;
  const query = new URLSearchParams({ client_id: 'portal', request_uri: data.request_uri });
  return browser.follow(`${issuer}/authorize?${query}`);
}

type Send = (url: string, init: RequestInit) => Promise<Response>;

export const createSend =
  (serverUrl: string): Send =>
  (url, init) =>
    fetch(url.replace(benchPublicUrl, serverUrl), init);
