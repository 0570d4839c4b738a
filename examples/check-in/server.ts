/*
 * A check-in: a code on the screen of a place, a phone, a face, a time. The place sees how many are there; the person sees their own
 * list. A whole relying party with openid-client; it reads `sub` and no name.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as client from 'openid-client';
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

/** The check-in, listening. */
export interface CheckIn {
  readonly url: string;
  /** To be registered for the client. */
  readonly redirectUri: string;
  close(): Promise<void>;
}

/** What is remembered of a browser, until it ends: none of it outlives ten minutes. */
interface Visitor {
  /** A place whose code was scanned; `null`: they came for their list. */
  place: string | null;
  started: { readonly state: string; readonly nonce: string; readonly codeVerifier: string } | null;
  /** Whose face was shown, opaque; `null` before. */
  person: string | null;
  readonly until: number;
}

const cookieName = 'check-in';
const visitorMs = 10 * 60_000;
const dayMs = 86_400_000;

/**
 * Starts the check-in on this machine.
 * @param port - 0 takes a free one
 * @param issuer - of the OpenID provider that checks faces; asked for at the first visit
 * @param places - names by id
 * @param keepDays - after so many a visit is forgotten
 */
export async function startCheckIn({
  port,
  issuer,
  clientId,
  clientSecret,
  places,
  keepDays,
  now = Date.now,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly places: ReadonlyMap<string, string>;
  readonly keepDays: number;
  readonly now?: () => number;
}): Promise<CheckIn> {
  const secret = randomBytes(32);
  const codes = createPlaceCodes(secret, now);
  const visits = createVisits({ keepMs: keepDays * dayMs, now });
  const visitors = new Map<string, Visitor>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() =>
      send(response, 500, renderMessage('Something went wrong', 'Please try again.')),
    );
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://localhost:${typeof address === 'object' ? address?.port : port}`;
  const redirectUri = `${url}/callback`;
  // A browser holds the redirect that answers a form to the same rule: the face check is there.
  const script = createHash('sha256').update(refreshScript).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${script}'; connect-src 'self'; form-action 'self' ${new URL(issuer).origin}; frame-ancestors 'none'; base-uri 'none'`;
  const nameOf = (place: string): string => places.get(place) ?? place;

  // On this machine alone: anywhere else both sides speak https.
  const isLocal = new URL(issuer).protocol === 'http:';
  const discover = (): Promise<client.Configuration> =>
    client.discovery(new URL(issuer), clientId, {}, client.ClientSecretBasic(clientSecret), {
      execute: isLocal ? [client.allowInsecureRequests] : [],
    });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const [, folder, place = ''] = pathname.split('/');
    if (request.method === 'POST') return change(pathname, request, response);
    if (pathname === '/') return send(response, 200, renderPlaces(places));
    if (folder === 'places' && places.has(place)) {
      const link = `${url}/in/${place}?code=${codes.codeOf(place)}`;
      return send(response, 200, renderPlace(nameOf(place), link, visits.countAt(place)));
    }
    if (folder === 'in' && places.has(place)) return arrive(place, searchParams.get('code') ?? '', response);
    if (pathname === '/callback') return comeBack(request, response);
    if (pathname === '/mine') return showList(request, response);
    return send(response, 404, renderMessage('There is nothing here', ''));
  }

  /** What a page of ours asks for; a page of others cannot, as its browser says where it comes from. */
  async function change(pathname: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.origin !== url) return send(response, 403, renderMessage('That is not for this page', ''));
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
    } else send(response, 410, renderMessage('This code is old', 'Scan the one that the screen shows now.'));
  }

  function remember(place: string | null, response: ServerResponse): Visitor {
    for (const [id, { until }] of visitors) if (until <= now()) visitors.delete(id);
    const id = randomBytes(24).toString('base64url');
    const visitor: Visitor = { place, started: null, person: null, until: now() + visitorMs };
    visitors.set(id, visitor);
    response.setHeader(
      'set-cookie',
      `${cookieName}=${id}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${visitorMs / 1000}`,
    );
    return visitor;
  }

  function visitorOf(request: IncomingMessage): Visitor | undefined {
    const id = new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
    const visitor = visitors.get(id);
    return visitor !== undefined && visitor.until > now() ? visitor : undefined;
  }

  async function toFace(visitor: Visitor, response: ServerResponse): Promise<void> {
    const codeVerifier = client.randomPKCECodeVerifier();
    visitor.started = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier };
    const authorize = client.buildAuthorizationUrl(await discover(), {
      redirect_uri: redirectUri,
      scope: 'openid',
      state: visitor.started.state,
      nonce: visitor.started.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    redirect(response, authorize.href);
  }

  async function comeBack(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visitor = visitorOf(request);
    const { started = null, place = null } = visitor ?? {};
    if (visitor === undefined || started === null) return send(response, 400, renderMessage('Please begin again', ''));
    visitor.started = null;
    visitor.place = null;
    try {
      const tokens = await client.authorizationCodeGrant(await discover(), new URL(request.url ?? '', url), {
        pkceCodeVerifier: started.codeVerifier,
        expectedState: started.state,
        expectedNonce: started.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      // A code in place of a face is somebody's word, and not their presence.
      if (claims?.acr !== 'face')
        return send(response, 403, renderMessage('Nothing was noted', 'A face is needed here.'));
      visitor.person = createHmac('sha256', secret).update(claims.sub).digest('base64url');
      if (place !== null) visits.enter(visitor.person, place);
      return redirect(response, '/mine');
    } catch {
      return send(response, 403, renderMessage('Nothing was noted', 'Your face was not checked. Scan the code again.'));
    }
  }

  function showList(request: IncomingMessage, response: ServerResponse): void {
    const person = visitorOf(request)?.person ?? null;
    send(response, 200, person === null ? renderAskForFace() : renderList(visits.of(person), nameOf, keepDays));
  }

  function send(response: ServerResponse, status: number, page: string): void {
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'content-security-policy': policy,
    });
    response.end(page);
  }

  return {
    url,
    redirectUri,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const redirect = (response: ServerResponse, location: string): void =>
  void response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
