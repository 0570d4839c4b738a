import type { Response } from 'express';
import { type Person, toAssurance } from '../connections/openid-client.js';
import { readCookie } from '../core/base/cookie.js';
import { languageOf } from '../core/base/languages.js';
import type { Policy } from '../core/connection.js';
import { isPhone } from '../core/device-signals.js';
import { isStrongEnough } from '../core/liveness-policy.js';
import { startedLink } from '../core/page-link.js';
import type { AuthenticationMethod } from '../core/ports.js';
import { lacksFact } from '../core/rules/evaluate.js';
import { needsCheck } from '../core/rules/rule.js';
import { type SignInTerms, termsWithoutRules } from '../core/rules/sign-in-terms.js';
import { digestOf, hasDigest } from '../core/secrets.js';
import { newSecret } from '../core/tickets.js';
import { sourceOf } from '../http/access-log.js';
import { browserCookieOf, clearBrowserCookie, deviceCookieOf, setBrowserCookie, shownDevice } from '../http/cookies.js';
import { recordRefusedByRule } from '../step-up/decide.js';
import { type StepUpView, startStepUp } from '../step-up/step-up.js';
import { livenessShown } from '../step-up/stored.js';
import { isMet, parseRequestedAction } from './asked.js';
import type { IssuerPorts, OidcIssuer } from './feature.js';
import { type Flow, type Visit, writeFlow } from './flow.js';
import type { OpenIdFlow } from './flows.js';
import { oidcErrors } from './library.js';

/** Value of `acr` if a code was accepted instead of a face. Clients cannot request it. */
export const anotherWayAcr = 'another_way';

/** Returns true if the client and the request accept factors without a face. */
export function takesInstead(
  { client, asked }: Pick<Visit, 'client' | 'asked'>,
  methods: readonly AuthenticationMethod[],
): boolean {
  const { acr, amr } = asked.requested;
  return client.takesAnotherWay === true && isMet(acr, [anotherWayAcr]) && isMet(amr, client.toAmr(methods));
}

type SettledRules =
  | { readonly kind: 'settled'; readonly visit: Visit }
  /** The check showed less liveness than the rule needs, so another check must follow. */
  | { readonly kind: 'weaker'; readonly terms: SignInTerms<Policy> };

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
    { subject, isAfterFirstFactor }: { readonly subject: string; readonly isAfterFirstFactor: boolean },
  ): Promise<SignInTerms<Policy>> {
    if (flow.isRefused) throw new oidcErrors.AccessDenied('the face check was not passed');
    if (connection.signInRules === undefined) return termsWithoutRules(connection.policy);
    const terms = await connection.signInRules.evaluate({
      subject,
      application: flow.clientId,
      address: sourceOf(request),
      isAfterFirstFactor,
      device: isPhone(request.get('user-agent') ?? null) ? 'phone' : 'computer',
      // A kiosk's browser is not the person's.
      browser: flow.atKiosk === null ? { cookie: shownDevice(readCookie(request, deviceCookieOf(deps.issuer))) } : null,
    });
    if (terms.outcome === 'none' || needsCheck(terms.outcome)) return terms;
    // The rules decide after the face check, when the facts are known.
    if (terms.outcome === 'unknown' && !isAfterFirstFactor)
      return { ...termsWithoutRules(connection.policy), facts: terms.facts };
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

    /**
     * Evaluates the rules after the check, unless all facts were known before it: the face has proven who the person
     * is, so that facts about them may be looked up. Leaving out the proof of a first factor thus avoids no rule.
     * @returns the visit, or what the rule needs if the check has shown less liveness
     * @throws `AccessDenied` if a rule refuses
     */
    async settleRules(visit: Visit, { subject }: Person, stepUp: StepUpView): Promise<SettledRules> {
      const { interaction, flow } = visit;
      if (flow.ruled !== null) return { kind: 'settled', visit };
      const terms = await evaluate(visit, { subject, isAfterFirstFactor: true });
      const shown = livenessShown(stepUp, connection);
      // A code in place of a face shows no liveness.
      if (stepUp.state === 'passed' && !isStrongEnough(shown, terms.policy.liveness)) return { kind: 'weaker', terms };
      const ruled = { ...flow, ruled: { rule: terms.rule?.name ?? null } };
      await writeFlow(interaction, ruled, { ...deps, connection });
      return { kind: 'settled', visit: { ...visit, flow: ruled } };
    },

    /** @param known - terms of the rules, if they were found after an earlier check */
    async leadToCamera(visit: Visit, person: Person, known: SignInTerms<Policy> | null = null): Promise<void> {
      const { request, response, interaction, asked, client, flow } = visit;
      const browser = newSecret(deps);
      const leftSec = Math.floor((flow.endsAt - deps.clock.now()) / 1000);
      const isAfterFirstFactor = person.assurance !== 'anonymous';
      const terms = known ?? (await evaluate(visit, { subject: person.subject, isAfterFirstFactor }));
      const rule = terms.rule?.name ?? null;
      const isSettled = known !== null || terms.facts === null || !lacksFact(connection.policy.rules, terms.facts);
      const life = Math.min(client.lifeSec ?? connection.policy.stepUpTimeoutSec, leftSec);
      const signIn: OpenIdFlow = {
        kind: 'openid',
        // The provider does not report the application of the sign-in.
        hookSignIn: client.feedsHooks ? { application: null, address: sourceOf(request) } : null,
        proof: client.vouches === true ? 'client' : 'sign_in',
        atKiosk: flow.atKiosk !== null,
        takesAnotherWay: connection.policy.anotherWay.counts && takesInstead(visit, ['otp']),
        takesPasskey: takesInstead(visit, ['hwk']) && takesInstead(visit, ['swk']),
      };
      const started = await startStepUp(
        {
          connection,
          subject: person.subject,
          browser,
          lifeSec: life,
          assurance: toAssurance(person, sourceOf(request)),
          returnUrl: interactionUrl(interaction.uid),
          application: asked.params.redirect_uri ?? null,
          rule,
          watched: terms.watched,
          action: parseRequestedAction(asked.params.authorization_details),
        },
        signIn,
        deps,
      );
      const stepUp = {
        id: started.id,
        browserDigest: browser.use(digestOf).toString('base64url'),
        starts: (flow.stepUp?.starts ?? 0) + 1,
      };
      await writeFlow(interaction, { ...flow, stepUp, ruled: isSettled ? { rule } : null }, { ...deps, connection });
      forgetBrowser(response, flow);
      const name = browserCookieOf(started.id, isSecure);
      setBrowserCookie(response, { name, secret: browser, lifeSec: leftSec });
      const { ui_locales: uiLocales } = asked.params;
      const language = uiLocales === undefined ? null : languageOf(uiLocales, request.acceptsLanguages());
      response.redirect(303, startedLink(deps.issuer, started, language));
    },
  };
}
