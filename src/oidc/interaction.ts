import { setTimeout as delay } from 'node:timers/promises';
import type { Request, Response } from 'express';
import type { InteractionResults } from 'oidc-provider';
import { type Person, toAssurance } from '../connections/openid-client.js';
import type { NamedAction } from '../core/action.js';
import { digestOf, hasDigest } from '../core/secrets.js';
import { toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { sourceOf } from '../http/access-log.js';
import { browserCookieOf, clearBrowserCookie, readCookie, setBrowserCookie } from '../http/cookies.js';
import { sendPage } from '../http/page-layout.js';
import { kioskLink, pagePath, startedLink } from '../http/page-link.js';
import { newSecret } from '../step-up/draw.js';
import { isAtKiosk } from '../step-up/kiosk.js';
import { isByFace } from '../step-up/record.js';
import { readStepUp, type StepUpView, startStepUp, takeStepUp } from '../step-up/step-up.js';
import { checkDemand, checkSubject, isMet, parseRequestedAction, readAsked } from './asked.js';
import { createConsentStep } from './consent-step.js';
import type { Decided, IssuerPorts, OidcIssuer } from './feature.js';
import { type Flow, readFlow, type Share, type Visit, writeClaims, writeFlow, writeShare } from './flow.js';
import { languageOf } from './language.js';
import { oidcErrors } from './library.js';
import { createLinkStep } from './link-step.js';
import { refreshToKiosk, renderAskPage } from './pages.js';
import { lifeSec } from './provider.js';

/** Pause between two look-ups. They end after four seconds. */
const betweenLooksMs = 50;
const looksAllowed = 80;

/**
 * Waits for the answer to a concurrent request. After a double click, the first request consumes the pass, but the
 * browser displays only the reply to the second request.
 * @returns `null` if no concurrent request was answered
 */
async function findOtherAnswer(
  { request, response, provider }: Pick<Visit, 'request' | 'response' | 'provider'>,
  error: unknown,
): Promise<string | null> {
  const looks = error instanceof FaceError && error.code === 'step_up_finished' ? looksAllowed : 1;
  for (let look = 1; ; look += 1) {
    const { result, returnTo } = await provider.interactionDetails(request, response);
    if (result?.login !== undefined) return returnTo;
    if (look === looks) return null;
    await delay(betweenLooksMs);
  }
}

/** Returns the error that is sent to the client. Other errors are thrown, for the error page. */
function toRefusal(error: unknown): InteractionResults {
  if (error instanceof FaceError) {
    const later = ['profile_unavailable', 'locked_out', 'overloaded'];
    if (later.includes(error.code)) return { error: 'temporarily_unavailable', error_description: 'try again later' };
    // Users to whom these errors apply get the same answer as users without an enrolment.
    const over = ['subject_unknown', 'step_up_unknown', 'step_up_finished', 'face_not_verified'];
    if (over.includes(error.code)) return accessDenied;
  }
  if (error instanceof oidcErrors.OIDCProviderError && !(error instanceof oidcErrors.SessionNotFound)) {
    return { error: error.error, error_description: error.error_description };
  }
  throw error;
}

const accessDenied = { error: 'access_denied', error_description: 'the face check was not passed' };

interface Granted {
  readonly decided: readonly Decided[];
  readonly share: Share | null;
  readonly action: NamedAction | null;
}

/** Maximum number of step-ups per sign-in. A further step-up is needed if the redirect with the ticket was lost. */
const startsAllowed = 5;

/** Value of `acr` if a code was accepted instead of a face. Clients cannot request it. */
const anotherWayAcr = 'another_way';

/**
 * Creates the handler of a sign-in's page, which leads to the capture page and back to the client. Repeated requests
 * get the same answer.
 * @returns throws errors for the error page; `oidcErrors.SessionNotFound` also for another browser
 */
export function createInteraction(
  issuer: OidcIssuer,
  deps: IssuerPorts<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'issuer' | 'sources'> & {
    readonly accountLinkDays: number;
  },
) {
  const { connection } = issuer;
  const isSecure = issuer.issuer.startsWith('https:');
  const flowDeps = { ...deps, connection };
  const requireConsent = createConsentStep(issuer, deps);
  const requireLink = createLinkStep(issuer, deps);

  return async (request: Request, response: Response, form: URLSearchParams | null): Promise<void> => {
    const { provider } = await issuer.running();
    const interaction = await provider.interactionDetails(request, response);
    if (interaction.uid !== request.params.uid) throw new oidcErrors.SessionNotFound('interaction of another address');
    const flow = await readFlow(interaction.uid, flowDeps);
    const client = issuer.clients.get(flow.clientId);
    if (client === undefined) throw new oidcErrors.SessionNotFound('client is gone');
    const { atKiosk } = flow;
    if (atKiosk !== null) {
      refreshToKiosk(response, kioskLink(deps.issuer), 'asking');
      if (!(await isAtKiosk(atKiosk, deps))) throw new oidcErrors.SessionNotFound('no one is at the kiosk');
    }
    const asked = readAsked(interaction.params);
    const visit = { request, response, form, provider, interaction, asked, client, flow };
    try {
      await advance(visit);
    } catch (error) {
      await refuse(visit, error);
    }
  };

  async function advance(visit: Visit): Promise<void> {
    const { flow, response, interaction, client } = visit;
    const { result, returnTo } = interaction;
    const isOver = result?.login !== undefined || (result?.error !== undefined && flow.stepUp !== null);
    if (isOver) return response.redirect(303, returnTo);
    if (flow.person === null) return ask(visit);
    if (flow.stepUp === null) return leadToCamera(visit, flow.person);
    const browserSecret = readCookie(visit.request, browserCookieOf(flow.stepUp.id, isSecure));
    const isOwner =
      browserSecret !== null && hasDigest(browserSecret, Buffer.from(flow.stepUp.browserDigest, 'base64url'));
    if (!isOwner) throw new oidcErrors.SessionNotFound('interaction of another browser');
    const stepUp = await readStepUp(flow.stepUp.id, deps);
    const { state } = stepUp;
    if (state === 'passed' || state === 'passed_another_way') {
      if (await requireLink(visit, flow.person.subject)) return;
      const decided: Decided[] = [];
      for (const { decide } of issuer.features) {
        const decision = await decide?.(visit, flow.person.subject);
        if (decision === null) return;
        if (decision !== undefined) decided.push(decision);
      }
      const settled = await requireConsent(visit, flow.person.subject);
      return settled === null ? undefined : finish(visit, flow.person, { stepUp, decided, ...settled });
    }
    if (state === 'failed' && client.toCheckClaims !== undefined) {
      const check = { passed: false, at: deps.clock.now(), stepUpId: flow.stepUp.id };
      return finishInteraction(
        visit,
        await toGrant(visit, { ...flow.person.claims, ...client.toCheckClaims(check) }, {}),
      );
    }
    if (state === 'started' && flow.stepUp.starts < startsAllowed) return leadToCamera(visit, flow.person);
    if (state === 'started' || state === 'captured') return response.redirect(303, `${deps.issuer}${pagePath}`);
    throw new oidcErrors.AccessDenied('the face check was not passed');
  }

  async function ask({ request, response, form, interaction, asked: sent, client, flow }: Visit): Promise<void> {
    const name = form?.get('username')?.trim() ?? '';
    if (name !== '') {
      const source = sourceOf(request);
      await issuer.countStart(source);
      const asked = { params: { ...sent.params, login_hint: name }, requested: sent.requested };
      const unproven = { isPushed: false, isUnaltered: false, admitted: null };
      const person = await client.findPerson({ ...asked, source, ...unproven });
      if (person !== null) checkSubject(person, asked);
      await writeFlow(interaction, { ...flow, person }, flowDeps);
      return response.redirect(303, issuer.interactionUrl(interaction.uid));
    }
    const language = languageOf(sent.params.ui_locales, request.acceptsLanguages());
    sendPage(response, renderAskPage(language, flow.atKiosk === null ? null : kioskLink(deps.issuer)));
  }

  async function leadToCamera(visit: Visit, person: Person): Promise<void> {
    const { request, response, interaction, asked, client, flow } = visit;
    const browser = newSecret(deps);
    const leftSec = Math.floor((flow.endsAt - deps.clock.now()) / 1000);
    const life = Math.min(client.lifeSec ?? connection.policy.stepUpTimeoutSec, leftSec);
    const started = await startStepUp(
      {
        connection,
        subject: person.subject,
        callerHeldToken: null,
        receipt: null,
        browser,
        lifeSec: life,
        // The provider does not report the application of the sign-in.
        hookSignIn: client.feedsHooks ? { application: null, address: sourceOf(request) } : null,
        assurance: toAssurance(person, sourceOf(request)),
        returnUrl: issuer.interactionUrl(interaction.uid),
        // A kiosk is the organization's own device, so any camera is allowed.
        camera: flow.atKiosk === null ? null : 'any',
        application: asked.params.redirect_uri ?? null,
        acceptsFallback: takesAnotherWay(visit),
        action: actionOf(visit),
      },
      deps,
    );
    const stepUp = {
      id: started.id,
      browserDigest: browser.use(digestOf).toString('base64url'),
      starts: (flow.stepUp?.starts ?? 0) + 1,
    };
    await writeFlow(interaction, { ...flow, stepUp }, flowDeps);
    forgetBrowser(response, flow);
    const name = browserCookieOf(started.id, isSecure);
    setBrowserCookie(response, { name, secret: browser, lifeSec: leftSec });
    const { ui_locales: uiLocales } = asked.params;
    const language = uiLocales === undefined ? null : languageOf(uiLocales, request.acceptsLanguages());
    response.redirect(303, startedLink(deps.issuer, started, language));
  }

  async function finish(
    visit: Visit,
    person: Person,
    {
      stepUp,
      decided,
      share,
    }: { readonly stepUp: StepUpView; readonly decided: readonly Decided[]; readonly share: Share | null },
  ): Promise<void> {
    const { asked, client, flow } = visit;
    const { id: stepUpId, pass, action } = stepUp;
    // The pass is consumed last, so that it is still available if an earlier step fails and is retried.
    const take = async (): Promise<void> => void (await takeStepUp(stepUpId, deps));
    if (pass === null) throw new FaceError('internal', 'a pass without its time');
    const isFace = isByFace(pass);
    // The policy may have changed meanwhile.
    if (!isFace && !takesAnotherWay(visit)) throw new oidcErrors.AccessDenied('a face check is required');
    for (const { answer } of issuer.features)
      if (await answer?.(visit, { subject: person.subject, share, pass, take }))
        return forgetBrowser(visit.response, flow);
    const amr = [...client.toAmr(pass.methods)];
    checkDemand(asked.requested.amr, amr);
    for (const { record } of decided) await record(stepUpId);
    const claims = {
      ...person.claims,
      ...(client.claimNames.includes('presence') ? { presence: pass.presence } : {}),
      ...client.toCheckClaims?.({ passed: true, at: pass.at, stepUpId }),
      ...(action === null ? {} : { action: { ...action.words }, action_digest: action.digest }),
    };
    const authentication = { acr: isFace ? flow.acr : anotherWayAcr, amr, ts: toEpochSec(pass.at) };
    const result = await toGrant(visit, claims, authentication, { decided, share, action });
    await take();
    await finishInteraction(visit, result);
  }

  function takesAnotherWay({ client, asked }: Visit): boolean {
    const { acr, amr } = asked.requested;
    return (
      connection.policy.anotherWay.counts &&
      client.takesAnotherWay === true &&
      isMet(acr, [anotherWayAcr]) &&
      isMet(amr, client.toAmr(['otp']))
    );
  }

  /** Stores the grant. @param authentication - if empty, the token has only the grant's claims */
  async function toGrant(
    { provider, flow }: Visit,
    claims: Person['claims'],
    authentication: { readonly acr?: string; readonly amr?: string[]; readonly ts?: number },
    { decided, share, action }: Granted = { decided: [], share: null, action: null },
  ): Promise<InteractionResults> {
    const { sub } = claims;
    const grant = new provider.Grant({ accountId: sub, clientId: flow.clientId });
    grant.addOIDCScope('openid profile email phone address');
    for (const scope of decided.flatMap(({ scopes }) => scopes)) grant.addOIDCScope(scope);
    if (share !== null) grant.addOIDCClaims([...share.idToken, ...share.userInfo]);
    // Without an authentication, the library would report the end of the interaction as `auth_time`.
    if (authentication.ts === undefined) grant.rejectOIDCClaims(['auth_time']);
    if (action !== null) grant.addRar({ ...action.words, action_digest: action.digest });
    const grantId = await grant.save();
    await writeClaims(grantId, claims, lifeSec.grant, flowDeps);
    if (share !== null) await writeShare(grantId, share, lifeSec.grant, flowDeps);
    for (const { store } of decided) await store(grantId);
    return {
      login: { accountId: sub, ...authentication, remember: false },
      consent: { grantId },
      select_account: {},
    };
  }

  async function finishInteraction(
    { request, response, provider, flow }: Visit,
    result: InteractionResults,
  ): Promise<void> {
    forgetBrowser(response, flow);
    await provider.interactionFinished(request, response, result);
  }

  function forgetBrowser(response: Response, { stepUp }: Flow): void {
    if (stepUp !== null) clearBrowserCookie(response, browserCookieOf(stepUp.id, isSecure));
  }

  /** Sends an error to the client, unless a concurrent visit has answered already. */
  async function refuse({ request, response, provider, flow }: Visit, error: unknown): Promise<void> {
    const refusal = toRefusal(error);
    forgetBrowser(response, flow);
    const answered = await findOtherAnswer({ request, response, provider }, error);
    if (answered !== null) return response.redirect(303, answered);
    await provider.interactionFinished(request, response, refusal, { mergeWithLastSubmission: false });
  }
}

const actionOf = ({ asked }: Visit): NamedAction | null => parseRequestedAction(asked.params.authorization_details);
