import type { IncomingMessage, ServerResponse } from 'node:http';
import { beginFaceCheck, finishFaceCheck, type Pending, type Registration, wasDenied } from './face-check.js';
import { browserOf, listen, nameBrowser, type RelyingParty, redirect, sendPage } from './site.js';

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Sends the browser to the face check, with these parameters of the request. */
  leave(parameters: Readonly<Record<string, string>>): Promise<void>;
}

interface Pages {
  readonly cookie: { readonly name: string; readonly maxAgeSec: number };
  renderStart(note: string): string;
  /** Answers by method and path, besides the start page. */
  readonly routes: Readonly<Record<string, (visit: Visit) => Promise<void> | void>>;
  /** Returns the page after a finished face check. */
  welcome(tokens: Awaited<ReturnType<typeof finishFaceCheck>>, response: ServerResponse): Promise<string>;
  /** Answers a user who was refused or canceled. `reason` is the OpenID provider's text. */
  denied(reason: string): { readonly status: number; readonly note: string };
}

/** Starts a site whose users come back from a face check. Stores the state of browsers during the check, by cookie. */
export async function startRelyingParty(
  port: number,
  registration: Registration,
  { cookie, renderStart, routes, welcome, denied }: Pages,
): Promise<RelyingParty> {
  const pending = new Map<string, { readonly check: Pending; readonly endsAt: number }>();
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() => start(response, 500, 'Something went wrong.'));
  });
  const redirectUri = `${site.url}/callback`;

  const start = (response: ServerResponse, status: number, note: string): void =>
    sendPage(response, status, renderStart(note));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', site.url);
    const asked = `${request.method} ${address.pathname}`;
    if (asked === 'GET /') return start(response, 200, '');
    if (asked === 'GET /callback') return comeBack(address, request, response);
    const route = routes[asked];
    if (route === undefined) return start(response, 404, 'Page not found.');
    await route({ request, response, leave: (parameters) => leave(response, parameters) });
  }

  async function leave(response: ServerResponse, parameters: Readonly<Record<string, string>>): Promise<void> {
    const begun = await beginFaceCheck(registration, { redirect_uri: redirectUri, ...parameters });
    // Remove browsers that never returned.
    for (const [browser, { endsAt }] of pending) if (endsAt <= Date.now()) pending.delete(browser);
    const endsAt = Date.now() + cookie.maxAgeSec * 1000;
    pending.set(nameBrowser(response, cookie.name, cookie.maxAgeSec), { check: begun.pending, endsAt });
    redirect(response, begun.url);
  }

  async function comeBack(address: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const browser = browserOf(request, cookie.name);
    const begun = pending.get(browser);
    pending.delete(browser);
    if (begun === undefined) return start(response, 400, 'Start again.');
    try {
      const tokens = await finishFaceCheck(registration, address, begun.check);
      sendPage(response, 200, await welcome(tokens, response));
    } catch (error) {
      if (!wasDenied(error)) return start(response, 502, 'Please try again.');
      const { status, note } = denied(error.error_description ?? 'access denied');
      start(response, status, note);
    }
  }

  return { ...site, redirectUri };
}
