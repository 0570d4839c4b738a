/*
 * A check-in: users scan a code on a place's screen with their phone and show their face. The place sees a count; each
 * user sees their own list of times. A complete relying party with openid-client that reads only `sub`.
 */
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { renderSVG } from 'uqr';
import { beginFaceCheck, finishFaceCheck, type Pending, type Registration } from '../web/face-check.js';
import {
  browserOf,
  escapeHtml,
  listen,
  nameBrowser,
  type RelyingParty,
  readForm,
  redirect,
  sendPage,
  toDocument,
} from '../web/site.js';

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
}): Promise<RelyingParty> {
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
      visits.leave(visitor.person, (await readForm(request)).get('visit') ?? '');
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

/** A visit, with times in milliseconds since 1970. */
interface Visit {
  readonly id: string;
  readonly place: string;
  readonly enteredAt: number;
  /** `null` while the person is still there. */
  readonly leftAt: number | null;
}

function createVisits({ keepMs, now }: { readonly keepMs: number; readonly now: () => number }) {
  let visits: (Visit & { readonly person: string })[] = [];
  const kept = () => {
    visits = visits.filter(({ enteredAt }) => enteredAt + keepMs > now());
    return visits;
  };
  const end = (isEnded: (visit: (typeof visits)[number]) => boolean): void => {
    visits = kept().map((visit) => (visit.leftAt === null && isEnded(visit) ? { ...visit, leftAt: now() } : visit));
  };
  return {
    /** Starts a visit, and ends the person's visit elsewhere. Does nothing if the person is already there. */
    enter(person: string, place: string): void {
      end((visit) => visit.person === person && visit.place !== place);
      if (visits.some((visit) => visit.person === person && visit.leftAt === null)) return;
      visits.push({ person, place, id: randomUUID(), enteredAt: now(), leftAt: null });
    },
    /** Ends a visit, unless it is another person's. */
    leave: (person: string, id: string): void => end((visit) => visit.person === person && visit.id === id),
    countAt: (place: string): number => kept().filter((visit) => visit.place === place && visit.leftAt === null).length,
    of: (person: string): readonly Visit[] =>
      kept()
        .filter((visit) => visit.person === person)
        .map(({ person: _, ...visit }) => visit)
        .reverse(),
  };
}

const shownMs = 60_000;

/**
 * Creates the codes on the screens of places. They change often, so that a photo of a code is soon useless.
 * @param secret - key from which all codes are derived; no code is stored
 */
function createPlaceCodes(secret: Uint8Array, now: () => number) {
  const codeAt = (place: string, turn: number): string =>
    createHmac('sha256', secret).update(`${turn} ${place}`).digest('base64url').slice(0, 16);
  const turn = (): number => Math.floor(now() / shownMs);
  return {
    codeOf: (place: string): string => codeAt(place, turn()),
    /** Returns true for the current code, and for the previous one, which a user may have just scanned. */
    isShown: (place: string, code: string): boolean =>
      [turn(), turn() - 1].some((each) => {
        const expected = Buffer.from(codeAt(place, each));
        const given = Buffer.from(code);
        return given.length === expected.length && timingSafeEqual(given, expected);
      }),
  };
}

/** Script that updates the code and the number of people without reloading the page. */
const refreshScript = `setInterval(async () => {
  const reply = await fetch(location.href).catch(() => null);
  const page = new DOMParser().parseFromString(reply?.ok ? await reply.text() : '', 'text/html');
  const next = page.querySelector('main');
  if (next !== null) document.querySelector('main').replaceWith(next);
}, 20000);`;

const style =
  '.count { font-size: 4rem; font-weight: 700; line-height: 1; } ul { list-style: none; padding: 0; } li { margin: 1rem 0; }';

const toPage = (title: string, body: string, script = ''): string =>
  toDocument({ site: 'Check-in', title, body, style, script });

/** Renders the screen of a place: a code to scan and the number of people, without names. */
export const renderPlace = (name: string, link: string, inside: number): string =>
  toPage(
    name,
    `<p>Scan with your phone to check in.</p>
<div class="qr" role="img" aria-label="QR code that opens the check-in" data-link="${escapeHtml(link)}">${renderSVG(link)}</div>
<p><span class="count">${inside}</span> here now</p>`,
    `<script>${refreshScript}</script>`,
  );

const renderArrival = (name: string): string =>
  toPage(
    `Check in at ${name}`,
    `<p>Show your face, and the time is added to your own list. The place sees how many people are here, but no names.</p>
<form method="post" action="/go"><button>Check in</button></form>
<p><a class="button quiet" href="/mine">My list</a></p>`,
  );

const toTime = (ms: number): string => {
  const iso = new Date(ms).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
};

function toRow({ id, enteredAt, leftAt }: Visit, name: string): string {
  const end =
    leftAt === null
      ? `<form method="post" action="/leave"><input type="hidden" name="visit" value="${id}"><button>Check out of ${escapeHtml(name)}</button></form>`
      : `checked out ${toTime(leftAt)}`;
  return `<li><strong>${escapeHtml(name)}</strong><br>checked in ${toTime(enteredAt)}<br>${end}</li>`;
}

export const renderList = (visits: readonly Visit[], nameOf: (place: string) => string, keepDays: number): string =>
  toPage(
    'Your check-ins',
    `${visits.length === 0 ? '<p>No check-ins yet.</p>' : `<ul>${visits.map((visit) => toRow(visit, nameOf(visit.place))).join('\n')}</ul>`}
<p>Check-ins are deleted after ${keepDays} days.</p>`,
  );

const renderPlaces = (places: ReadonlyMap<string, string>): string =>
  toPage(
    'Choose a place',
    `<ul>${[...places].map(([id, name]) => `<li><a class="button" href="/places/${id}">${escapeHtml(name)}</a></li>`).join('')}</ul>
<p><a class="button quiet" href="/mine">My list</a></p>`,
  );

const renderMessage = (title: string, text: string): string => toPage(title, `<p>${escapeHtml(text)}</p>`);

const renderAskForFace = (): string =>
  toPage(
    'Your check-ins',
    `<p>Show your face to see your list.</p><form method="post" action="/show"><button>Show my list</button></form>`,
  );
