/*
 * A sign-in with a card: the user presents a facestep credential from their wallet, then their face. The card
 * identifies them without typing; the face proves that they are at this browser.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IDToken } from 'openid-client';
import { renderSVG } from 'uqr';
// In your project: '@facestep/client'.
import { CredentialError, type CredentialErrorCode, createCredentialVerifier } from '../../client/index.js';
import { beginFaceCheck, finishFaceCheck, type Registration } from '../web/face-check.js';
import {
  browserOf,
  escapeHtml,
  listen,
  nameBrowser,
  type RelyingParty,
  readBody,
  redirect,
  sendJson,
  sendPage,
  toDocument,
} from '../web/site.js';
import { type Certified, createAsker, createQuestion, type Question } from './questions.js';
import { createVisits, type ShownCard, type Visit } from './visits.js';

const cookieName = 'card-sign-in';
const visitSec = 600;

const clockToleranceSec = 30;

const maxAnswerBytes = 100_000;

/** Texts for errors that the user can act on. All other errors only say that the card was refused. */
const reasons: Readonly<Partial<Record<CredentialErrorCode, string>>> = {
  expired: 'This card has expired. Get a new one.',
  ended: 'This card was revoked. Get a new one.',
  status_unavailable: 'The status of this card cannot be checked now. Try again later.',
  keys_unavailable: 'The signature of this card cannot be checked now. Try again later.',
};
const notTaken = 'This card was not accepted.';
const beginAgain = 'The sign-in took too long, or it started in another browser.';

/**
 * @param publicUrl - URL for wallets and browsers; if omitted, only this machine can reach the site
 * @param vct - kind of card, as issued by the OpenID provider of the registration
 */
export async function startCardSignIn({
  port,
  publicUrl,
  vct,
  certified,
  now = Date.now,
  ...registration
}: Registration & {
  readonly port: number;
  readonly publicUrl?: string;
  readonly vct: string;
  readonly certified: Certified;
  readonly now?: () => number;
}): Promise<RelyingParty> {
  const { issuer } = registration;
  const asker = createAsker({ certified, vct, wanted: ['sub', 'given_name'] });
  const visits = createVisits({ lifeMs: visitSec * 1000, now });
  // The facestep server publishes at this URL the keys with which it signs cards.
  const keys = { jwksUri: new URL('/.well-known/jwks.json', issuer).href, fetch };
  const cards = createCredentialVerifier({ issuer, vct, keys, fetch, clock: { now } });
  const site = await listen(port, (request, response) => {
    answer(request, response).catch(() => send(response, 500, renderRefusal('Something went wrong.')));
  });
  const url = publicUrl ?? site.url;
  const redirectUri = `${url}/callback`;
  const script = createHash('sha256').update(waitScript).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${script}'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;
  const send = (response: ServerResponse, status: number, page: string): void =>
    sendPage(response, status, page, policy);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const [, folder, id = ''] = pathname.split('/');
    const isPost = request.method === 'POST';
    // Wallets call these two paths, and they send no cookie.
    if (folder === 'requests' && !isPost) return sendQuestion(id, response);
    if (folder === 'answers' && isPost) return takeAnswer(id, request, response);
    const browser = browserOf(request, cookieName);
    const visit = visits.of(browser);
    if (pathname === '/' && !isPost) return send(response, 200, renderStart());
    if (pathname === '/begin' && isPost) return begin(request, response);
    if (pathname === '/card' && visit !== undefined && isAsked(visit))
      return send(response, 200, renderQuestion(linksOf(visit)));
    if (pathname === '/card/state') return sendJson(response, 200, { goOn: visit === undefined || canGoOn(visit) });
    if (pathname === '/back') return leaveForFace(browser, visit, searchParams.get('response_code'), response);
    if (pathname === '/face') return leaveForFace(browser, visit, null, response);
    if (pathname === '/callback') return comeBack(browser, visit, request, response);
    return send(response, 404, renderRefusal('Page not found.'));
  }

  /** Starts a visit. The Origin header must show that the user pressed this site's own button. */
  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.origin !== url)
      return send(response, 403, renderRefusal('This request came from another page.'));
    const questions = { elsewhere: await createQuestion(), here: await createQuestion() };
    visits.begin(nameBrowser(response, cookieName, visitSec), questions);
    return redirect(response, '/card');
  }

  const linksOf = ({ elsewhere, here }: Visit) => ({
    elsewhere: asker.linkTo(`${url}/requests/${elsewhere.id}`),
    here: asker.linkTo(`${url}/requests/${here.id}`),
  });

  async function sendQuestion(id: string, response: ServerResponse): Promise<void> {
    const asked = visits.find(id);
    if (asked === undefined) return sendJson(response, 404, { error: 'invalid_request' });
    const request = await asker.sign(asked.question, {
      responseUri: `${url}/answers/${id}`,
      nowSec: Math.floor(now() / 1000),
      untilSec: Math.floor(asked.visit.until / 1000),
    });
    response.writeHead(200, { 'content-type': 'application/oauth-authz-req+jwt', 'cache-control': 'no-store' });
    response.end(request);
  }

  /** Accepts a wallet's answer to one request. The wallet learns only whether the answer was accepted. */
  async function takeAnswer(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxAnswerBytes);
    if (body === null) throw new Error('too long');
    const form = new URLSearchParams(Buffer.from(body).toString());
    const asked = visits.take(id);
    if (asked === undefined) return sendJson(response, 400, { error: 'invalid_request' });
    const { visit, question } = asked;
    const progress = form.has('error') ? declined : await judge(form.get('response') ?? '', question);
    // A wallet on this device sends the browser back with this code. With a wallet on another device, the waiting page
    // continues by itself.
    const responseCode = question === visit.here ? randomBytes(24).toString('base64url') : null;
    visit.progress = progress.at === 'shown' ? { ...progress, responseCode } : progress;
    const back = responseCode === null ? {} : { redirect_uri: `${url}/back?response_code=${responseCode}` };
    const isTaken = progress.at === 'shown' || progress === declined;
    return sendJson(response, isTaken ? 200 : 400, isTaken ? back : { error: 'invalid_request', ...back });
  }

  async function judge(answer: string, question: Question): Promise<Refused | Shown> {
    try {
      const presentation = await asker.open(answer, question);
      const card = await cards.verify(presentation, { audience: asker.clientId, nonce: question.nonce });
      if (card.subject === null) return { at: 'refused', why: 'The card does not name its holder.' };
      const name = card.claims.get('given_name');
      return { at: 'shown', card: { subject: card.subject, givenName: typeof name === 'string' ? name : null } };
    } catch (error) {
      return { at: 'refused', why: (error instanceof CredentialError ? reasons[error.code] : undefined) ?? notTaken };
    }
  }

  /**
   * Starts the face check, only in the browser that started the visit. An attacker may trick another user into scanning
   * the code on the attacker's screen. The browser therefore shows nothing of the card before the face check.
   */
  async function leaveForFace(
    browser: string,
    visit: Visit | undefined,
    responseCode: string | null,
    response: ServerResponse,
  ): Promise<void> {
    if (visit === undefined) return send(response, 400, renderRefusal(beginAgain));
    const { progress } = visit;
    if (progress.at === 'refused') {
      visits.end(browser);
      return send(response, 403, renderRefusal(progress.why));
    }
    if (progress.at !== 'shown' || progress.responseCode !== responseCode)
      return send(response, 400, renderRefusal(beginAgain));
    const begunAt = now();
    // The request is pushed (RFC 9126), so that the browser cannot read or change which user it names.
    const asked = { redirect_uri: redirectUri, login_hint: progress.card.subject };
    const begun = await beginFaceCheck(registration, asked, { isPushed: true });
    visit.progress = { at: 'face', card: progress.card, begunAt, pending: begun.pending };
    return redirect(response, begun.url);
  }

  /** Signs the card holder in if they passed a face check in this visit. */
  async function comeBack(
    browser: string,
    visit: Visit | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (visit?.progress.at !== 'face') return send(response, 400, renderRefusal(beginAgain));
    visits.end(browser);
    const { card, begunAt, pending } = visit.progress;
    try {
      const tokens = await finishFaceCheck(registration, new URL(request.url ?? '', url), pending);
      if (!isTheirFace(tokens.claims(), card, begunAt)) throw new Error('another person, or no face');
      return send(response, 200, renderSignedIn(card.givenName));
    } catch {
      return send(response, 403, renderRefusal('Your face was not checked, or it does not match this card.'));
    }
  }

  return { ...site, url, redirectUri };
}

/** Returns true if the holder's face passed. A one-time code and an older face check do not count. */
const isTheirFace = (claims: IDToken | undefined, card: ShownCard, begunAt: number): boolean =>
  claims?.acr === 'face' &&
  claims.sub === card.subject &&
  (claims.auth_time ?? 0) >= begunAt / 1000 - clockToleranceSec;

type Shown = { readonly at: 'shown'; readonly card: ShownCard };
type Refused = { readonly at: 'refused'; readonly why: string };

const declined: Refused = { at: 'refused', why: 'No card was shown.' };

const isAsked = ({ progress }: Visit): boolean => progress.at === 'asking' || progress.at === 'answered';

const canGoOn = ({ progress }: Visit): boolean =>
  progress.at === 'refused' || (progress.at === 'shown' && progress.responseCode === null);

/** Script that opens the next page once a wallet has answered. */
const waitScript = `const wait = () => setTimeout(async () => {
  const { goOn } = await fetch('/card/state').then((reply) => reply.json()).catch(() => ({}));
  if (goOn) location.replace('/face'); else wait();
}, 1500);
wait();`;

const toPage = (title: string, body: string, script = ''): string =>
  toDocument({ site: 'Staff portal', title, body, script });

const start = '<form method="post" action="/begin"><button>Sign in with my staff card</button></form>';

const renderStart = (): string =>
  toPage('Sign in', `<p>Show the staff card in your wallet, then your face. You type nothing.</p>${start}`);

/** Renders a QR code for a wallet on another device, and a link for a wallet on this device. */
const renderQuestion = ({ elsewhere, here }: { readonly elsewhere: string; readonly here: string }): string =>
  toPage(
    'Show your staff card',
    `<p>Scan this code with the phone that has your wallet, and choose the card there.</p>
<div class="qr" role="img" aria-label="QR code for your wallet" data-link="${escapeHtml(elsewhere)}">${renderSVG(elsewhere)}</div>
<p><a class="button" href="${escapeHtml(here)}">My wallet is on this device</a></p>
<p role="status">This page continues by itself. The code expires after ten minutes.</p>
<p>Scan the code only if you opened this page yourself. Anyone who sends you this page wants to sign in as you.</p>`,
    `<script>${waitScript}</script>`,
  );

const renderSignedIn = (name: string | null): string =>
  toPage(
    name === null ? 'Welcome' : `Welcome, ${name}`,
    '<p data-result="signed-in">Your card and your face confirmed who you are.</p>',
  );

const renderRefusal = (why: string): string =>
  toPage('You are not signed in', `<p data-result="refused">${escapeHtml(why)}</p>${start}`);
