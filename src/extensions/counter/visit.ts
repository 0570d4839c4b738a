import type { Request, Response } from 'express';
import { readCookie } from '../../core/base/cookie.js';
import { languageOf } from '../../core/base/languages.js';
import type { Ports } from '../../core/deps.js';
import { kioskLink } from '../../core/page-link.js';
import { Credential, digestOf, hasDigest } from '../../core/secrets.js';
import { newSecret } from '../../core/tickets.js';
import { toPlainCode } from '../../core/written-codes.js';
import { toCode } from '../../errors.js';
import { sourceOf } from '../../http/access-log.js';
import { browserCookieOf, setBrowserCookie } from '../../http/cookies.js';
import { queryOf } from '../../http/front-door.js';
import { type RenderedPage, sendPage } from '../../http/page-layout.js';
import type { OidcIssuer } from '../../oidc/feature.js';
import { newFlow, writeFlow } from '../../oidc/flow.js';
import { type KioskPage, refreshToKiosk } from '../../oidc/pages.js';
import { isAtKiosk, isTicketOfVisit, type KioskVisit } from '../../step-up/kiosk.js';
import { type Check, type Checks, checkLifeSec, visitOf } from './check.js';
import { countersOf } from './config.js';
import {
  type CounterEnd,
  renderDone,
  renderEnd,
  renderNumbers,
  renderOpen,
  renderShown,
  renderStart,
} from './pages.js';
import { isShownCode, type ShownCodes, shownCodeLifeSec } from './shown-code.js';

interface CounterRequest {
  readonly request: Request;
  readonly response: Response;
  readonly form: URLSearchParams | null;
  readonly kioskUrl: string | null;
  /** Preferred languages, written as in `ui_locales`. If `undefined`, the languages of the browser are used. */
  readonly uiLocales: string | undefined;
}

const statusOf: Readonly<Record<CounterEnd, number>> = { ended: 200, gone: 404, busy: 429 };

type CounterIssuer = OidcIssuer & {
  readonly checks: Checks;
  readonly shownCodes: ShownCodes;
  counterUrl(name: 'user_code' | 'shown', code: string): string;
};

/** Creates the page of a person at a counter. Idempotent; a GET changes nothing. */
export function createCounterPage(issuer: CounterIssuer, deps: Ports<'state' | 'clock' | 'random' | 'issuer'>) {
  const { checks, shownCodes } = issuer;
  const isSecure = issuer.issuer.startsWith('https:');
  const cookieName = browserCookieOf('counter', isSecure);

  return async (request: Request, response: Response, form: URLSearchParams | null): Promise<void> => {
    const visit = { request, response, form, kioskUrl: null, uiLocales: parameterOf(request, 'ui_locales') };
    try {
      const code = toPlainCode(parameterOf(request, 'user_code'));
      const digits = parameterOf(request, 'shown');
      if (code !== '') await openCheck(visit, code);
      else if (isShownCode(digits)) await waitForCounter(visit, digits);
      else if (form?.get('decision') === 'show') await makeShown(visit);
      else send(visit, renderStart(languageFor(visit)));
    } catch (error) {
      const code = toCode(error);
      if (code !== 'locked_out' && code !== 'state_unavailable') throw error;
      end(visit, 'busy');
    }
  };

  /** Shows the next step of a check: its opening, the choice of the number, the face check, or its end. */
  async function openCheck(begun: CounterRequest, code: string): Promise<void> {
    const { form, response } = begun;
    const found = await checks.read(code);
    const isOfThisBrowser = found !== null && isShownBy(begun, found.browserDigest);
    // A check at a counter counts as a start of an anonymous sign-in.
    if (!isOfThisBrowser) await issuer.countStart(sourceOf(begun.request));
    const atKiosk = found === null ? null : visitOf(code, found);
    const kioskUrl = isOfThisBrowser && atKiosk !== null ? kioskLink(deps.issuer) : null;
    const visit = { ...begun, kioskUrl, uiLocales: begun.uiLocales || found?.params.ui_locales };
    const counter = countersOf(issuer.oidc).find(({ id }) => id === found?.clientId);
    const isAvailable = isOfThisBrowser || found?.browserDigest === null;
    if (found === null || counter === undefined || !isAvailable) return end(visit, 'gone');
    if (atKiosk !== null && !(await isLetIn(visit, atKiosk))) return end(visit, 'gone');
    if (found.endedBy !== null) return end(visit, isOfThisBrowser ? 'ended' : 'gone');
    if (found.browserDigest === null) {
      const isWished = atKiosk !== null || form?.get('decision') === 'open';
      if (!isWished) return send(visit, renderOpen(languageFor(visit), counter.name));
      const chosen = form?.get('language') ?? null;
      const language = chosen === null ? null : languageOf(chosen, []);
      await checks.open(code, { browserDigest: giveCookie(response, checkLifeSec), language });
      // If two phones open the code at the same time, one of them succeeds.
      return response.redirect(303, issuer.counterUrl('user_code', code));
    }
    if (found.interaction !== null) return lead(visit, found, counter.name);
    const number = form?.get('number') ?? null;
    if (number === null) return send(visit, renderNumbers(languageFor(visit), counter.name, found));
    const interaction = Buffer.from(deps.random(16)).toString('base64url');
    const chosen = await checks.choose(code, { number, interaction });
    if (chosen?.interaction === interaction)
      await beginInteraction(visit, chosen, { issuer, code, uid: interaction, atKiosk }, deps);
    response.redirect(303, issuer.counterUrl('user_code', code));
  }

  /**
   * Returns true if a ticket proves that the kiosk itself opened the page. Otherwise someone could continue the session
   * of a previous person.
   */
  function isLetIn({ form, kioskUrl }: CounterRequest, at: KioskVisit): Promise<boolean> {
    if (kioskUrl !== null) return isAtKiosk(at, deps);
    return isTicketOfVisit(at, new Credential(form?.get('ticket') ?? ''), deps);
  }

  async function lead(visit: CounterRequest, { interaction: uid, shown }: Check, name: string): Promise<void> {
    const { provider } = await issuer.running();
    const interaction = uid === null ? undefined : await provider.Interaction.find(uid);
    if (interaction?.result === undefined) {
      if (interaction === undefined) return end(visit, 'ended');
      return visit.response.redirect(303, issuer.interactionUrl(interaction.uid));
    }
    if (interaction.result.login === undefined) return end(visit, 'ended');
    send(visit, renderDone(languageFor(visit), { name, shown, kioskUrl: visit.kioskUrl }), 'telling');
  }

  async function makeShown(visit: CounterRequest): Promise<void> {
    await issuer.countStart(sourceOf(visit.request));
    const digits = await shownCodes.make(giveCookie(visit.response, shownCodeLifeSec + checkLifeSec));
    if (digits === null) return end(visit, 'busy');
    visit.response.redirect(303, issuer.counterUrl('shown', digits));
  }

  async function waitForCounter(visit: CounterRequest, digits: string): Promise<void> {
    const found = await shownCodes.read(digits);
    const isOfThisBrowser = found !== null && isShownBy(visit, found.browserDigest);
    if (!isOfThisBrowser) await issuer.countStart(sourceOf(visit.request));
    if (found === null || !isOfThisBrowser) return end(visit, 'gone');
    if (found.code === null) return send(visit, renderShown(languageFor(visit), digits));
    visit.response.redirect(303, issuer.counterUrl('user_code', found.code));
  }

  function giveCookie(response: Response, lifeSec: number): string {
    const secret = newSecret(deps);
    setBrowserCookie(response, { name: cookieName, secret, lifeSec });
    return secret.use(digestOf).toString('base64url');
  }

  function isShownBy({ request }: CounterRequest, digest: string | null): boolean {
    const cookie = readCookie(request, cookieName);
    return cookie !== null && digest !== null && hasDigest(cookie, Buffer.from(digest, 'base64url'));
  }
}

/** Stores the interaction of a check, as the library does for other requests, and gives its cookie to the browser. */
async function beginInteraction(
  { request, response }: CounterRequest,
  { clientId, params, endsAt }: Check,
  {
    issuer,
    code,
    uid,
    atKiosk,
  }: {
    readonly issuer: CounterIssuer;
    readonly code: string;
    readonly uid: string;
    readonly atKiosk: KioskVisit | null;
  },
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  const { provider } = await issuer.running();
  const leftSec = Math.max(1, Math.floor((endsAt - deps.clock.now()) / 1000));
  const interaction = Object.assign(new provider.Interaction(), {
    uid,
    params,
    cid: uid,
    returnTo: issuer.counterUrl('user_code', code),
    prompt: { name: 'login', reasons: ['face_check'], details: {} },
  });
  await interaction.save(leftSec);
  const flow = { ...newFlow, clientId, person: null, acr: 'face', atKiosk, endsAt };
  await writeFlow({ uid }, flow, { ...deps, connection: issuer.connection });
  const { pathname } = new URL(issuer.interactionUrl(uid));
  provider.createContext(request, response).cookies.set(provider.cookieName('interaction'), uid, {
    path: pathname,
    httpOnly: true,
    sameSite: 'lax',
    signed: true,
    maxAge: leftSec * 1000,
  });
}

const parameterOf = (request: Request, name: string): string => new URLSearchParams(queryOf(request)).get(name) ?? '';

const languageFor = ({ request, uiLocales }: CounterRequest) => languageOf(uiLocales, request.acceptsLanguages());

function end(visit: CounterRequest, why: CounterEnd): void {
  visit.response.status(statusOf[why]);
  send(visit, renderEnd(languageFor(visit), { end: why, kioskUrl: visit.kioskUrl }), 'telling');
}

function send({ response, kioskUrl }: CounterRequest, page: RenderedPage, does: KioskPage = 'asking'): void {
  if (kioskUrl !== null) refreshToKiosk(response, kioskUrl, does);
  sendPage(response, page);
}
