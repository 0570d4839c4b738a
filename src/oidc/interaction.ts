import { setTimeout as delay } from 'node:timers/promises';
import type { Request, Response } from 'express';
import type { InteractionResults } from 'oidc-provider';
import type { Person } from '../connections/openid-client.js';
import { kioskLink, pagePath } from '../core/page-link.js';
import { FaceError } from '../errors.js';
import { isAtKiosk } from '../step-up/kiosk.js';
import { readStepUp, type StepUpView } from '../step-up/step-up.js';
import { createAskStep } from './ask-step.js';
import { readAsked } from './asked.js';
import { createCameraStep } from './camera-step.js';
import { createConsentStep } from './consent-step.js';
import type { Decided, IssuerPorts, OidcIssuer } from './feature.js';
import { createFinishStep } from './finish-step.js';
import { readFlow, type Visit } from './flow.js';
import { oidcErrors } from './library.js';
import { createLinkStep } from './link-step.js';
import { refreshToKiosk } from './pages.js';

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

/** Maximum number of step-ups per sign-in. A further step-up is needed if the redirect with the ticket was lost. */
const startsAllowed = 5;

/**
 * Creates the handler of a sign-in's page, which leads to the capture page and back to the client. Repeated requests
 * get the same answer.
 * @returns a handler that throws errors for the error page: `oidcErrors.SessionNotFound` if the sign-in has expired or
 * began in another browser
 */
export function createInteraction(
  issuer: OidcIssuer,
  deps: IssuerPorts<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'issuer' | 'sources'> & {
    readonly accountLinkDays: number;
  },
) {
  const ask = createAskStep(issuer, deps);
  const { leadToCamera, settleRules, isOwner, forgetBrowser } = createCameraStep(issuer, deps);
  const requireConsent = createConsentStep(issuer, deps);
  const requireLink = createLinkStep(issuer, deps);
  const { finishPassed, finishFailed } = createFinishStep(issuer, deps);

  return async (request: Request, response: Response, form: URLSearchParams | null): Promise<void> => {
    const visit = await openVisit(request, response, form);
    try {
      await advance(visit);
    } catch (error) {
      await refuse(visit, error);
    }
  };

  async function openVisit(request: Request, response: Response, form: URLSearchParams | null): Promise<Visit> {
    const { provider } = await issuer.running();
    const interaction = await provider.interactionDetails(request, response);
    if (interaction.uid !== request.params.uid) throw new oidcErrors.SessionNotFound('interaction of another address');
    const flow = await readFlow(interaction.uid, { ...deps, connection: issuer.connection });
    const client = issuer.clients.get(flow.clientId);
    if (client === undefined) throw new oidcErrors.SessionNotFound('client is gone');
    const { atKiosk } = flow;
    if (atKiosk !== null) {
      refreshToKiosk(response, kioskLink(deps.issuer), 'asking');
      if (!(await isAtKiosk(atKiosk, deps))) throw new oidcErrors.SessionNotFound('no one is at the kiosk');
    }
    const asked = readAsked(interaction.params);
    return { request, response, form, provider, interaction, asked, client, flow };
  }

  async function advance(visit: Visit): Promise<void> {
    const { flow, response, interaction } = visit;
    const { result, returnTo } = interaction;
    const isOver = result?.login !== undefined || (result?.error !== undefined && flow.stepUp !== null);
    if (isOver) return response.redirect(303, returnTo);
    const { person, stepUp: started } = flow;
    if (person === null) return ask(visit);
    if (started === null) return leadToCamera(visit, person);
    if (!isOwner(visit, started)) throw new oidcErrors.SessionNotFound('interaction of another browser');
    const stepUp = await readStepUp(started.id, deps);
    const { state } = stepUp;
    if (state === 'passed' || state === 'passed_another_way') return decide(visit, person, stepUp);
    if (state === 'failed') {
      const result = await finishFailed(visit, person, started.id);
      if (result !== null) return finishInteraction(visit, result);
    }
    if (state === 'started' && started.starts < startsAllowed) return leadToCamera(visit, person);
    if (state === 'started' || state === 'captured') return response.redirect(303, `${deps.issuer}${pagePath}`);
    throw new oidcErrors.AccessDenied('the face check was not passed');
  }

  /** Asks the person for the decisions that the request needs, and then answers the client. */
  async function decide(checked: Visit, person: Person, stepUp: StepUpView): Promise<void> {
    const rules = await settleRules(checked, person, stepUp);
    if (rules.kind === 'weaker') return leadToCamera(checked, person, rules.terms);
    const { visit } = rules;
    if (await requireLink(visit, person.subject)) return;
    const decided: Decided[] = [];
    for (const { decide } of issuer.features) {
      const decision = await decide?.(visit, person.subject, stepUp);
      if (decision === null) return;
      if (decision !== undefined) decided.push(decision);
    }
    const consent = await requireConsent(visit, person.subject);
    if (consent === null) return;
    const result = await finishPassed(visit, person, { stepUp, decided, sharedClaims: consent.sharedClaims });
    if (result === null) forgetBrowser(visit.response, visit.flow);
    else await finishInteraction(visit, result);
  }

  async function finishInteraction(
    { request, response, provider, flow }: Visit,
    result: InteractionResults,
  ): Promise<void> {
    forgetBrowser(response, flow);
    await provider.interactionFinished(request, response, result);
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
