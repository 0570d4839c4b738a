/*
 * A sign-in with a card: the person shows a credential of facestep from their wallet, and then their face. The card says who they
 * are, so that nobody types it, and the face that it is they who sit before this browser.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IDToken } from 'openid-client';
// In a project of yours: '@facestep/client'.
import { CredentialError, type CredentialErrorCode, createCredentialVerifier } from '../../client/index.js';
import { beginFaceCheck, finishFaceCheck, type Registration } from '../web/face-check.js';
import { browserOf, listen, nameBrowser, readBody, redirect, type Site, sendJson, sendPage } from '../web/site.js';
import { renderQuestion, renderRefusal, renderSignedIn, renderStart, waitScript } from './pages.js';
import { type Certified, createAsker, createQuestion, type Question } from './questions.js';
import { createVisits, type ShownCard, type Visit } from './visits.js';

/** The sign-in, listening. */
export interface CardSignIn extends Site {
  /** To be registered for the client. */
  readonly redirectUri: string;
}

const cookieName = 'card-sign-in';
const visitSec = 600;

/** How far two clocks may be apart. */
const clockToleranceSec = 30;

/** Far above any answer of a wallet. */
const maxAnswerBytes = 100_000;

/** What the person is told; of anything else they learn that the card was not taken. */
const reasons: Readonly<Partial<Record<CredentialErrorCode, string>>> = {
  expired: 'This card is over. Get another one.',
  ended: 'This card has ended. Get another one.',
  status_unavailable: 'Nobody can say at the moment whether this card is still good. Try again later.',
  keys_unavailable: 'Nobody can say at the moment whether this card is real. Try again later.',
};
const notTaken = 'This card was not taken.';
const beginAgain = 'That took too long, or it was begun in another browser.';

/**
 * Starts the sign-in on this machine.
 * @param port - 0 takes a free one
 * @param publicUrl - where wallets and browsers reach it; absent: on this machine alone
 * @param vct - the kind of card, which the OpenID provider of the registration issues
 * @param certified - what wallets know this portal by
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
}): Promise<CardSignIn> {
  const { issuer } = registration;
  const asker = createAsker({ certified, vct, wanted: ['sub', 'given_name'] });
  const visits = createVisits({ lifeMs: visitSec * 1000, now });
  // The keys of the server itself, which signs cards; those in the metadata of its OpenID provider are others.
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
    // Of wallets, which have no cookie.
    if (folder === 'requests' && !isPost) return tellQuestion(id, response);
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
    return send(response, 404, renderRefusal('There is nothing here.'));
  }

  /** A press of our own button: a page of others cannot, as its browser says where it comes from. */
  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.origin !== url) return send(response, 403, renderRefusal('That is not for this page.'));
    const questions = { elsewhere: await createQuestion(), here: await createQuestion() };
    visits.begin(nameBrowser(response, cookieName, visitSec), questions);
    return redirect(response, '/card');
  }

  const linksOf = ({ elsewhere, here }: Visit) => ({
    elsewhere: asker.linkTo(`${url}/requests/${elsewhere.id}`),
    here: asker.linkTo(`${url}/requests/${here.id}`),
  });

  async function tellQuestion(id: string, response: ServerResponse): Promise<void> {
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

  /** One answer, good or bad. The wallet learns whether it was taken; why not, the person's own page says. */
  async function takeAnswer(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxAnswerBytes);
    if (body === null) throw new Error('too long');
    const form = new URLSearchParams(Buffer.from(body).toString());
    const asked = visits.take(id);
    if (asked === undefined) return sendJson(response, 400, { error: 'invalid_request' });
    const { visit, question } = asked;
    const progress = form.has('error') ? declined : await judge(form.get('response') ?? '', question);
    // A browser on another device goes on by itself.
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
      if (card.subject === null) return { at: 'refused', why: 'The card did not say whose it is.' };
      const name = card.claims.get('given_name');
      return { at: 'shown', card: { subject: card.subject, givenName: typeof name === 'string' ? name : null } };
    } catch (error) {
      return { at: 'refused', why: (error instanceof CredentialError ? reasons[error.code] : undefined) ?? notTaken };
    }
  }

  /**
   * To the face check, in the browser that asked and in no other. Somebody may have had another person scan the code of their own
   * browser: so nothing of the card is shown before that person's face was seen here.
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
    // Pushed: the browser, which may be anybody's, does not have in hands whom it is about.
    const asked = { redirect_uri: redirectUri, login_hint: progress.card.subject };
    const begun = await beginFaceCheck(registration, asked, { isPushed: true });
    visit.progress = { at: 'face', card: progress.card, begunAt, pending: begun.pending };
    return redirect(response, begun.url);
  }

  /** From the face check: signed in is whose card it was, if it is their face, and it was seen since. */
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
      return send(response, 403, renderRefusal('Your face was not checked, or it is not the one of this card.'));
    }
  }

  return { ...site, url, redirectUri };
}

/** A code in place of a face is no face, another person's face is not that of this card, and an old check is not this one. */
const isTheirFace = (claims: IDToken | undefined, card: ShownCard, begunAt: number): boolean =>
  claims?.acr === 'face' &&
  claims.sub === card.subject &&
  (claims.auth_time ?? 0) >= begunAt / 1000 - clockToleranceSec;

type Shown = { readonly at: 'shown'; readonly card: ShownCard };
type Refused = { readonly at: 'refused'; readonly why: string };

const declined: Refused = { at: 'refused', why: 'No card was shown.' };

const isAsked = ({ progress }: Visit): boolean => progress.at === 'asking' || progress.at === 'answered';

/** Whether the browser that asked may go on by itself. */
const canGoOn = ({ progress }: Visit): boolean =>
  progress.at === 'refused' || (progress.at === 'shown' && progress.responseCode === null);
