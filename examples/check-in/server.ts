/*
 * A check-in: users scan a code on a place's screen with their phone and show their face. The place sees a count; each
 * user sees their own list of times. A complete relying party with openid-client that reads only `sub`.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { beginFaceCheck, finishFaceCheck, type Pending, type Registration } from '../web/face-check.js';
import { browserOf, listen, nameBrowser, redirect, type Site, sendPage } from '../web/site.js';
import {
  refreshScript,
  renderArrival,
  renderAskForFace,
  renderList,
  renderMessage,
  renderPlace,
  renderPlaces,
} from './pages.js';
import { createPlaceCodes } from './place-codes.js';
import { createVisits } from './visits.js';

export interface CheckIn extends Site {
  readonly redirectUri: string;
}

/** State of a browser, which is kept for at most ten minutes. */
interface Visitor {
  /** Place of the check-in, or `null` if the user only wants their list. */
  place: string | null;
  started: Pending | null;
  /** Pseudonym of the user, or `null` before the face check. */
  person: string | null;
  readonly until: number;
}

const cookieName = 'check-in';
const visitorMs = 10 * 60_000;
const dayMs = 86_400_000;

/** @param keepDays - retention of visits, in days */
export async function startCheckIn({
  port,
  places,
  keepDays,
  now = Date.now,
  ...registration
}: Registration & {
  readonly port: number;
  readonly places: ReadonlyMap<string, string>;
  readonly keepDays: number;
  readonly now?: () => number;
}): Promise<CheckIn> {
  const secret = randomBytes(32);
  const codes = createPlaceCodes(secret, now);
  const visits = createVisits({ keepMs: keepDays * dayMs, now });
  const visitors = new Map<string, Visitor>();
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() =>
      send(response, 500, renderMessage('Something went wrong', 'Please try again.')),
    );
  });
  const redirectUri = `${site.url}/callback`;
  // `form-action` includes the OpenID provider, because browsers also apply it to redirects.
  const script = createHash('sha256').update(refreshScript).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${script}'; connect-src 'self'; form-action 'self' ${new URL(registration.issuer).origin}; frame-ancestors 'none'; base-uri 'none'`;
  const nameOf = (place: string): string => places.get(place) ?? place;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', site.url);
    const [, folder, place = ''] = pathname.split('/');
    if (request.method === 'POST') return change(pathname, request, response);
    if (pathname === '/') return send(response, 200, renderPlaces(places));
    if (folder === 'places' && places.has(place)) {
      const link = `${site.url}/in/${place}?code=${codes.codeOf(place)}`;
      return send(response, 200, renderPlace(nameOf(place), link, visits.countAt(place)));
    }
    if (folder === 'in' && places.has(place)) return arrive(place, searchParams.get('code') ?? '', response);
    if (pathname === '/callback') return comeBack(request, response);
    if (pathname === '/mine') return showList(request, response);
    return send(response, 404, renderMessage('Page not found', ''));
  }

  /** Handles a form. The Origin header must show that it comes from this site's pages. */
  async function change(pathname: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.origin !== site.url)
      return send(response, 403, renderMessage('This request came from another page', ''));
    const visitor = visitorOf(request);
    if (pathname === '/go' && visitor?.place != null) return toFace(visitor, response);
    if (pathname === '/show') return toFace(remember(null, response), response);
    if (pathname === '/leave' && visitor?.person != null) {
      visits.leave(visitor.person, new URLSearchParams(await text(request)).get('visit') ?? '');
      return redirect(response, '/mine');
    }
    return send(response, 400, renderMessage('Please scan the code again', ''));
  }

  function arrive(place: string, code: string, response: ServerResponse): void {
    if (codes.isShown(place, code)) {
      remember(place, response);
      send(response, 200, renderArrival(nameOf(place)));
    } else send(response, 410, renderMessage('This code has expired', 'Scan the code that the screen shows now.'));
  }

  function remember(place: string | null, response: ServerResponse): Visitor {
    for (const [id, { until }] of visitors) if (until <= now()) visitors.delete(id);
    const visitor: Visitor = { place, started: null, person: null, until: now() + visitorMs };
    visitors.set(nameBrowser(response, cookieName, visitorMs / 1000), visitor);
    return visitor;
  }

  function visitorOf(request: IncomingMessage): Visitor | undefined {
    const visitor = visitors.get(browserOf(request, cookieName));
    return visitor !== undefined && visitor.until > now() ? visitor : undefined;
  }

  async function toFace(visitor: Visitor, response: ServerResponse): Promise<void> {
    const begun = await beginFaceCheck(registration, { redirect_uri: redirectUri });
    visitor.started = begun.pending;
    redirect(response, begun.url);
  }

  async function comeBack(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visitor = visitorOf(request);
    const { started = null, place = null } = visitor ?? {};
    if (visitor === undefined || started === null) return send(response, 400, renderMessage('Start again', ''));
    visitor.started = null;
    visitor.place = null;
    try {
      const address = new URL(request.url ?? '/', site.url);
      const tokens = await finishFaceCheck(registration, address, started);
      const claims = tokens.claims();
      // A one-time code instead of a face does not prove presence.
      if (claims?.acr !== 'face')
        return send(response, 403, renderMessage('You are not checked in', 'A face check is required here.'));
      visitor.person = createHmac('sha256', secret).update(claims.sub).digest('base64url');
      if (place !== null) visits.enter(visitor.person, place);
      return redirect(response, '/mine');
    } catch {
      return send(
        response,
        403,
        renderMessage('You are not checked in', 'Your face was not checked. Scan the code again.'),
      );
    }
  }

  function showList(request: IncomingMessage, response: ServerResponse): void {
    const person = visitorOf(request)?.person ?? null;
    send(response, 200, person === null ? renderAskForFace() : renderList(visits.of(person), nameOf, keepDays));
  }

  function send(response: ServerResponse, status: number, page: string): void {
    response.setHeader('referrer-policy', 'same-origin');
    sendPage(response, status, page, policy);
  }

  return { ...site, redirectUri };
}
