import { texts as consentTexts } from '../../locales/compiled/server/consent/all.js';
import { texts as signInTexts } from '../../locales/compiled/server/sign-in/all.js';
import { type Action, actionType, nameAction, requestedAction } from '../core/action.js';
import { readCookie } from '../core/base/cookie.js';
import { html } from '../core/base/html.js';
import { type Language, languageOf } from '../core/base/languages.js';
import type { Connection, SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { toDay } from '../core/language.js';
import { linkIdentities } from '../core/links/links.js';
import { startedLink } from '../core/page-link.js';
import { digestOf, hasDigest } from '../core/secrets.js';
import { newSecret } from '../core/tickets.js';
import { addSec, type EpochMs, secondsPerDay } from '../core/units.js';
import { FaceError } from '../errors.js';
import { sourceOf } from '../http/access-log.js';
import { browserCookieOf, clearBrowserCookie, setBrowserCookie } from '../http/cookies.js';
import { type RenderedPage, sendPage } from '../http/page-layout.js';
import { isByFace } from '../step-up/record.js';
import { readStepUp, startStepUp, takeStepUp } from '../step-up/step-up.js';
import { toClaimsWanted } from './asked.js';
import { renderPersonCard } from './card.js';
import type { IssuerPorts, OidcIssuer } from './feature.js';
import { type Flow, type Visit, writeFlow } from './flow.js';
import type { LinkingFlow } from './flows.js';
import { oidcErrors } from './library.js';
import { findNamed } from './relying-party.js';
import { nameOfSource, type Source } from './sources.js';

export function renderLinkPage(
  language: Language,
  {
    source,
    decision,
    until,
  }: {
    readonly source: string;
    readonly decision: string;
    readonly until: EpochMs;
  },
): RenderedPage {
  const texts = consentTexts[language];
  const { userName, goOn } = signInTexts[language];
  return renderPersonCard(
    language,
    texts.link({ source }),
    html`<p id="text">${texts.linkText}</p>
<form method="post">
<input type="hidden" name="decision" value="${decision}">
<label class="field" for="username">${userName}</label>
<input class="field" id="username" name="username" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="256" aria-describedby="text">
<p>${texts.linkUntil({ date: toDay(until, language) })}</p>
<button class="strong">${goOn}</button>
<a class="button" href="">${texts.notNow}</a>
</form>`,
  );
}

/** Decision to link an account, followed by the id of the connection to link. */
export const linkDecision = 'link:';

/** Longer than the usernames and ids of every provider. */
const maxNameCharacters = 256;

const passedOver = ['locked_out', 'profile_unavailable', 'overloaded', 'step_up_unknown', 'step_up_finished'];

/**
 * Creates the step that links an account at another connection by a face check there, in the same browser. A user
 * without an enrolment looks like any other until a face matches.
 */
export function createLinkStep(
  issuer: OidcIssuer,
  deps: IssuerPorts<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'issuer' | 'sources'> & {
    readonly accountLinkDays: number;
  },
) {
  const { connection } = issuer;
  const isSecure = issuer.issuer.startsWith('https:');
  const flowDeps = { ...deps, connection };

  return async (visit: Visit, subject: string): Promise<boolean> => {
    const { linking } = visit.flow;
    if (linking !== null) {
      await finishLinking(visit, linking, { connection: connection.id, subject });
      return true;
    }
    const decision = visit.form?.get('decision') ?? '';
    if (!decision.startsWith(linkDecision)) return false;
    const id = decision.slice(linkDecision.length);
    const source = deps.sources.get(id);
    const wanted = toClaimsWanted(visit.client, visit.asked);
    if (source === undefined || !wanted.some(({ from }) => from === id)) return false;
    const name = visit.form?.get('username')?.trim() ?? '';
    if (name === '') showPage(visit, id, source);
    else await begin(visit, { id, source, name }).catch((error) => handleLinkError(error, visit, id));
    return true;
  };

  function showPage({ response, asked, request }: Visit, id: string, source: Source): void {
    const language = languageOf(asked.params.ui_locales, request.acceptsLanguages());
    const until = addSec(deps.clock.now(), deps.accountLinkDays * secondsPerDay);
    const page = { source: nameOfSource(source), decision: `${linkDecision}${id}`, until };
    sendPage(response, renderLinkPage(language, page));
  }

  async function begin(
    visit: Visit,
    { id, source, name }: { readonly id: string; readonly source: Source; readonly name: string },
  ): Promise<void> {
    const { request, response, interaction, asked, flow } = visit;
    // Checked again, although the page offers linking only if it is allowed.
    if (!(await canLinkIn(flow, deps))) throw new FaceError('step_up_unknown');
    const from = sourceOf(request);
    await source.countStart(from);
    const assurance = { kind: 'anonymous', source: from } as const;
    const directory = source.directoryFor(assurance);
    const { subject } = await findNamed(name.slice(0, maxNameCharacters), directory);
    const browser = newSecret(deps);
    const leftSec = Math.floor((flow.endsAt - deps.clock.now()) / 1000);
    const { ui_locales: uiLocales } = asked.params;
    const language = languageOf(uiLocales, request.acceptsLanguages());
    const linkingCheck: LinkingFlow = { kind: 'linking', atKiosk: flow.atKiosk !== null };
    const started = await startStepUp(
      {
        connection: source.connection,
        subject,
        browser,
        lifeSec: Math.min(source.connection.policy.stepUpTimeoutSec, leftSec),
        assurance,
        returnUrl: issuer.interactionUrl(interaction.uid),
        action: toAction(consentTexts[language].linkAction, [connection, source.connection]),
      },
      linkingCheck,
      deps,
    );
    const browserDigest = browser.use(digestOf).toString('base64url');
    const linking = { source: id, subject, stepUpId: started.id, browserDigest };
    await writeFlow(interaction, { ...flow, linking, notLinked: null }, flowDeps);
    setBrowserCookie(response, { name: browserCookieOf(started.id, isSecure), secret: browser, lifeSec: leftSec });
    response.redirect(303, startedLink(deps.issuer, started, uiLocales === undefined ? null : language));
  }

  async function finishLinking(visit: Visit, linking: NonNullable<Flow['linking']>, who: SubjectRef): Promise<void> {
    const cookie = browserCookieOf(linking.stepUpId, isSecure);
    const browserSecret = readCookie(visit.request, cookie);
    const isOwner = browserSecret !== null && hasDigest(browserSecret, Buffer.from(linking.browserDigest, 'base64url'));
    if (!isOwner) throw new oidcErrors.SessionNotFound('link of another browser');
    clearBrowserCookie(visit.response, cookie);
    const { state } = await readStepUp(linking.stepUpId, deps);
    if (state !== 'passed') return notLinked(visit, linking.source);
    try {
      const { pass, connection: checked, subject } = await takeStepUp(linking.stepUpId, deps);
      if (pass === null || !isByFace(pass) || !(await canLinkIn(visit.flow, deps)))
        throw new FaceError('step_up_unknown');
      await linkIdentities(who, { connection: checked, subject }, { days: deps.accountLinkDays }, deps);
      await goBack(visit, { linking: null, notLinked: null });
    } catch (error) {
      await handleLinkError(error, visit, linking.source);
    }
  }

  async function handleLinkError(error: unknown, visit: Visit, id: string): Promise<void> {
    if (!(error instanceof FaceError && passedOver.includes(error.code))) throw error;
    await notLinked(visit, id);
  }

  function notLinked(visit: Visit, id: string): Promise<void> {
    return goBack(visit, { linking: null, notLinked: id });
  }

  async function goBack(
    { response, interaction, flow }: Visit,
    change: Pick<Flow, 'linking' | 'notLinked'>,
  ): Promise<void> {
    await writeFlow(interaction, { ...flow, ...change }, flowDeps);
    response.redirect(303, issuer.interactionUrl(interaction.uid));
  }
}

/** Returns true if the face was checked with this browser's own camera. */
export async function canLinkIn({ stepUp }: Flow, deps: Ports<'state' | 'clock'>): Promise<boolean> {
  if (stepUp === null) return false;
  const { pass, stayedHere } = await readStepUp(stepUp.id, deps);
  return pass !== null && isByFace(pass) && stayedHere;
}

/** Returns the action to approve. Names with invisible characters are replaced by the connection's id. */
function toAction(title: string, connections: readonly Connection[]) {
  const toWords = (lines: readonly string[]): Action => ({ type: actionType, title, lines });
  const lines = connections.map(({ id, policy: { organisation } }) =>
    organisation !== null && requestedAction.safeParse(toWords([organisation])).success ? organisation : id,
  );
  return nameAction(toWords(lines));
}
