import type { Response } from 'express';
import { type Person, toAssurance } from '../connections/openid-client.js';
import { isPhone } from '../core/device-signals.js';
import type { SignInTerms } from '../core/rules/sign-in-terms.js';
import { digestOf, hasDigest } from '../core/secrets.js';
import { newSecret } from '../core/tickets.js';
import { sourceOf } from '../http/access-log.js';
import {
  browserCookieOf,
  clearBrowserCookie,
  deviceCookieOf,
  readCookie,
  setBrowserCookie,
  shownDevice,
} from '../http/cookies.js';
import { startedLink } from '../http/page-link.js';
import { recordRefusedByRule } from '../step-up/decide.js';
import { startStepUp } from '../step-up/step-up.js';
import { isMet, parseRequestedAction } from './asked.js';
import type { IssuerPorts, OidcIssuer } from './feature.js';
import { type Flow, type Visit, writeFlow } from './flow.js';
import { languageOf } from './language.js';
import { oidcErrors } from './library.js';

/** Value of `acr` if a code was accepted instead of a face. Clients cannot request it. */
export const anotherWayAcr = 'another_way';

/** Returns true if the policy, the client and the request accept a fallback method. */
export function takesAnotherWay({ client, asked }: Visit, { policy }: OidcIssuer['connection']): boolean {
  const { acr, amr } = asked.requested;
  return (
    policy.anotherWay.counts &&
    client.takesAnotherWay === true &&
    isMet(acr, [anotherWayAcr]) &&
    isMet(amr, client.toAmr(['otp']))
  );
}

/** Creates the step that leads to the capture page, and binds the face check to the browser. */
export function createCameraStep(
  { issuer, connection, interactionUrl }: Pick<OidcIssuer, 'issuer' | 'connection' | 'interactionUrl'>,
  deps: IssuerPorts<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'issuer'>,
) {
  const isSecure = issuer.startsWith('https:');

  const forgetBrowser = (response: Response, { stepUp }: Flow): void => {
    if (stepUp !== null) clearBrowserCookie(response, browserCookieOf(stepUp.id, isSecure));
  };

  /**
   * Finds what the rules ask of the sign-in. The answer states that a face was checked, so a rule that asks for none
   * cannot skip the check.
   * @throws `AccessDenied` if a rule refuses. The client and the person learn no more than after a failed check
   */
  async function evaluate(
    { request, interaction, flow }: Visit,
    { subject, assurance }: Person,
  ): Promise<SignInTerms | null> {
    if (flow.isRefused) throw new oidcErrors.AccessDenied('the face check was not passed');
    if (connection.signInRules === undefined) return null;
    const terms = await connection.signInRules.evaluate({
      subject,
      application: flow.clientId,
      address: sourceOf(request),
      isAfterFirstFactor: assurance !== 'anonymous',
      device: isPhone(request.get('user-agent') ?? null) ? 'phone' : 'computer',
      // A kiosk's browser is not the person's.
      browser: flow.atKiosk === null ? { cookie: shownDevice(readCookie(request, deviceCookieOf(deps.issuer))) } : null,
    });
    if (terms.outcome === 'none' || terms.outcome === 'face') return terms;
    await writeFlow(interaction, { ...flow, isRefused: true }, { ...deps, connection });
    const hook = `openid ${flow.clientId}`;
    await recordRefusedByRule({ connection, subject }, { hook, terms }, deps);
    throw new oidcErrors.AccessDenied('the face check was not passed');
  }

  return {
    forgetBrowser,

    /** Returns true if the request comes from the browser of the face check. */
    isOwner({ request }: Visit, { id, browserDigest }: NonNullable<Flow['stepUp']>): boolean {
      const browserSecret = readCookie(request, browserCookieOf(id, isSecure));
      return browserSecret !== null && hasDigest(browserSecret, Buffer.from(browserDigest, 'base64url'));
    },

    async leadToCamera(visit: Visit, person: Person): Promise<void> {
      const { request, response, interaction, asked, client, flow } = visit;
      const browser = newSecret(deps);
      const leftSec = Math.floor((flow.endsAt - deps.clock.now()) / 1000);
      const terms = await evaluate(visit, person);
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
          proof: client.vouches === true ? 'client' : 'sign_in',
          returnUrl: interactionUrl(interaction.uid),
          atKiosk: flow.atKiosk !== null,
          application: asked.params.redirect_uri ?? null,
          acceptsFallback: takesAnotherWay(visit, connection),
          rule: terms?.rule?.name ?? null,
          watched: terms?.watched ?? null,
          action: parseRequestedAction(asked.params.authorization_details),
        },
        deps,
      );
      const stepUp = {
        id: started.id,
        browserDigest: browser.use(digestOf).toString('base64url'),
        starts: (flow.stepUp?.starts ?? 0) + 1,
      };
      await writeFlow(interaction, { ...flow, stepUp }, { ...deps, connection });
      forgetBrowser(response, flow);
      const name = browserCookieOf(started.id, isSecure);
      setBrowserCookie(response, { name, secret: browser, lifeSec: leftSec });
      const { ui_locales: uiLocales } = asked.params;
      const language = uiLocales === undefined ? null : languageOf(uiLocales, request.acceptsLanguages());
      response.redirect(303, startedLink(deps.issuer, started, language));
    },
  };
}
