import { z } from 'zod';
import { texts as organisationTexts } from '../../../locales/compiled/server/organisation/all.js';
import type { Texts as OrganisationTexts } from '../../../locales/compiled/server/organisation/texts.js';
import { type Html, html } from '../../core/base/html.js';
import type { JsonObject } from '../../core/base/json.js';
import { type Language, languageOf } from '../../core/base/languages.js';
import type { Connection } from '../../core/connection.js';
import { foldCase } from '../../core/fold-case.js';
import { digestOf } from '../../core/secrets.js';
import { addSec } from '../../core/units.js';
import { FaceError, nullIfUnknown } from '../../errors.js';
import { queryOf } from '../../http/front-door.js';
import { type RenderedPage, sendPage } from '../../http/page-layout.js';
import { paramsOf } from '../../oidc/asked.js';
import { isolate, renderPersonCard, renderUnreadablePage } from '../../oidc/card.js';
import { lifeSec } from '../../oidc/configuration.js';
import {
  type Decided,
  type IssuerDeps,
  noDecision,
  type OidcExtension,
  type OpenedIssuer,
} from '../../oidc/feature.js';
import { decidingSec, type Visit, writeFlow } from '../../oidc/flow.js';
import { oidcErrors } from '../../oidc/library.js';
import { nullIfUnreadable, toUnavailable } from '../../oidc/unavailable.js';
import type { OrganisationRules } from './config.js';
import { type Organisation, readOrganisations } from './organisations.js';

const mostShown = 20;

const matchesName = ({ id, name }: Organisation, text: string): boolean =>
  [id, name].some((each) => foldCase(each).includes(foldCase(text)));

export function renderOrganisationPage(
  language: Language,
  {
    requester,
    organisations,
    find,
  }: {
    readonly requester: { readonly name: string; readonly host: string };
    /** Organizations to choose from. If there is only one, it is preselected. */
    readonly organisations: readonly Organisation[];
    readonly find: string;
  },
): RenderedPage {
  const texts = organisationTexts[language];
  const fitting = organisations.filter((each) => matchesName(each, find));
  const more = fitting.length - mostShown;
  const items = fitting
    .slice(0, mostShown)
    .map((each) => html`<li>${renderItem(texts, each, organisations.length === 1)}</li>\n`);
  const search = html`<form method="get" role="search">
<label for="find">${texts.find}</label>
<input type="search" id="find" name="find" maxlength="100" value="${find}">
<button>${texts.search}</button>
</form>`;
  const none = html`<p>${texts.noneFits}</p>`;
  return renderPersonCard(
    language,
    texts.title({ application: requester.name }),
    html`<p>${texts.text} ${texts.goesTo} ${isolate('host', requester.host)}.</p>
${organisations.length > mostShown ? search : null}
<form method="post">
<fieldset>
<legend>${texts.organisation}</legend>
${
  items.length === 0
    ? none
    : html`<ul>
${items}</ul>`
}
</fieldset>
${more > 0 ? html`<p>${texts.more({ count: more })}</p>` : null}
${items.length === 0 ? null : html`<button class="strong" name="decision" value="act">${texts.goOn}</button>`}
<button name="decision" value="refuse" formnovalidate>${texts.refuse}</button>
</form>`,
  );
}

function renderItem(texts: OrganisationTexts, { id, name, roles }: Organisation, isChosen: boolean): Html {
  return html`<label><input type="radio" name="organisation" value="${id}" required${isChosen ? ' checked' : null}>
<span>${isolate('value', name)}
${name === id ? null : isolate('name', id)}
<span class="purpose">${texts.roles} ${roles.map((role, at) => [at === 0 ? null : ', ', isolate('role', role)])}</span></span></label>`;
}

const scope = 'organisation';

const maxIdCharacters = 100;

const actingGuard = z.object({ organisation: z.string(), roles: z.array(z.string()).readonly() });

/**
 * Creates the step that asks for the organization. It sends a page, or stores the choice and redirects to the next step.
 */
function createAsk(
  { connection, interactionUrl }: Pick<OpenedIssuer, 'connection' | 'interactionUrl'>,
  deps: Pick<IssuerDeps, 'state' | 'clock' | 'log'>,
) {
  return async (
    visit: Visit,
    subject: string,
    asked: { readonly rules: OrganisationRules; readonly hint: string | null },
  ): Promise<void> => {
    const { request, response, form, interaction, client, flow } = visit;
    const { params } = visit.asked;
    if (form?.get('decision') === 'refuse')
      throw new oidcErrors.AccessDenied('the user did not choose an organization');
    const language = languageOf(params.ui_locales, request.acceptsLanguages());
    const { host } = new URL(params.redirect_uri ?? '');
    const name = client.consented?.name ?? flow.clientId;
    const read = () => readOrganisations(subject, asked.rules, connection.profile);
    const own = await nullIfUnreadable('organisations', read, { connection: connection.id, log: deps.log });
    if (own === null) {
      const leave = organisationTexts[language].refuse;
      sendPage(response.status(503), renderUnreadablePage(language, { name, to: { host } }, leave));
      return;
    }
    if (own.length === 0) throw new oidcErrors.AccessDenied('the user has no organization');
    const offered = asked.hint === null ? own : own.filter(({ id }) => id === asked.hint);
    if (offered.length === 0) throw new oidcErrors.AccessDenied('the user has no role in the requested organization');
    const wanted = form?.get('decision') === 'act' ? form.get('organisation') : null;
    const chosen = offered.find(({ id }) => id === wanted);
    if (chosen === undefined) {
      const searched = new URLSearchParams(queryOf(request)).get('find') ?? '';
      const find = searched.slice(0, maxIdCharacters);
      sendPage(response, renderOrganisationPage(language, { requester: { name, host }, organisations: offered, find }));
      return;
    }
    const decided = { ...flow.decided, [scope]: { organisation: chosen.id, roles: [...chosen.roles] } };
    await writeFlow(interaction, { ...flow, decided }, { ...deps, connection });
    response.redirect(303, interactionUrl(interaction.uid));
  };
}

/** Lets a person choose the organization for which they act, if the client requests the scope `organisation`. */
export const organisationsOfOidc: OidcExtension = {
  open({ connection, interactionUrl, sections: { organisations = null }, oidc }, deps) {
    checkRules(connection, organisations);
    const clients = new Set(
      oidc.clients.flatMap((client) => ('organisations' in client && client.organisations ? [client.id] : [])),
    );
    const rulesOf = (client: string | undefined): OrganisationRules | null =>
      clients.has(client ?? '') ? organisations : null;

    /** @throws oidcErrors.InvalidScope if the client is not registered for organizations; oidcErrors.InvalidRequest */
    const readAsked = (client: string, params: ReturnType<typeof paramsOf>) => {
      const { scope: scopes = '', organisation_hint: hint = '' } = params;
      if (!scopes.split(' ').includes(scope)) return null;
      const rules = rulesOf(client);
      if (rules === null) throw new oidcErrors.InvalidScope('scope organisation: not registered', scope);
      if (hint.length > maxIdCharacters) throw new oidcErrors.InvalidRequest('organisation_hint is too long');
      return { rules, hint: hint === '' ? null : hint };
    };

    const ask = createAsk({ connection, interactionUrl }, deps);
    const keyOf = (grantId: string): string =>
      `oidc-acting:${connection.id}:${digestOf(grantId).toString('base64url')}`;

    const toDecided = (visit: Visit, subject: string, acting: z.output<typeof actingGuard>): Decided => ({
      scopes: [scope],
      async record(stepUpId) {
        const detail = { client: visit.flow.clientId, ...acting, stepUpId };
        await deps.audit.append({ action: 'organisation_chosen', connection: connection.id, subject, detail });
      },
      // Only the id is stored. Roles are read when they are needed.
      async store(grantId) {
        const expiresAt = addSec(deps.clock.now(), lifeSec.grant);
        await deps.state.write(keyOf(grantId), acting.organisation, { when: 'any', expiresAt });
      },
    });

    return {
      completeClient(client, { id, organisations: mayAsk }) {
        if (!mayAsk) return client;
        if (organisations !== null) return { ...client, claimNames: [...client.claimNames, 'organisation'] };
        throw new FaceError('config_invalid', { client: id, reason: 'the connection has no organisations' });
      },
      configure: (configuration) => ({
        ...configuration,
        ...(clients.size === 0
          ? {}
          : { scopes: [...configuration.scopes, scope], claims: { ...configuration.claims, [scope]: [] } }),
        extraParams: { ...configuration.extraParams, organisation_hint: null },
      }),
      async check({ oidc: { params } }, { metadata }) {
        readAsked(metadata.client_id, paramsOf(params));
        return false;
      },
      extraSec: ({ metadata }) => (rulesOf(metadata.client_id) === null ? 0 : decidingSec),
      async decide(visit, subject) {
        const { asked: sent, flow } = visit;
        const asked = readAsked(flow.clientId, sent.params);
        if (asked === null) return noDecision;
        const chosenBefore = actingGuard.safeParse(flow.decided[scope]);
        if (chosenBefore.success) return toDecided(visit, subject, chosenBefore.data);
        await ask(visit, subject, asked);
        return null;
      },
      async extraClaims({ grantId, subject, client, use }) {
        const stored = await deps.state.read(keyOf(grantId));
        if (stored === null) return {};
        const organisation = await readOrganisation(z.string().parse(stored.value), subject, rulesOf(client)).catch(
          toUnavailable,
        );
        if (organisation !== null) return { organisation };
        const reason = 'the person no longer acts for the organization';
        throw use === 'id_token' ? new oidcErrors.InvalidGrant(reason) : new oidcErrors.InvalidToken(reason);
      },
    };

    async function readOrganisation(
      id: string,
      subject: string,
      rules: OrganisationRules | null,
    ): Promise<JsonObject | null> {
      if (rules === null) return null;
      const own = await readOrganisations(subject, rules, connection.profile).catch(nullIfUnknown);
      const found = own?.find((each) => each.id === id);
      if (found === undefined) return null;
      return { sub: id, name: found.name, roles: [...found.roles], act: { sub: subject } };
    }
  },
};

function checkRules({ id, profile }: Connection, rules: OrganisationRules | null): void {
  const from = rules?.from ?? 'groups';
  if (from === 'groups' || profile.claimNames.has(from.claim)) return;
  const reason = 'no attribute is configured for it: set one in claims of the connection';
  throw new FaceError('config_invalid', { connection: id, claim: from.claim, reason });
}
