import { texts as organisationTexts } from '../../locales/compiled/server/organisation/all.js';
import type { Ports } from '../core/deps.js';
import { readOrganisations } from '../core/organisations/organisations.js';
import { queryOf } from '../http/front-door.js';
import { sendPage } from '../http/page-layout.js';
import { maxIdCharacters, toOrganisationAsked } from './asked-organisation.js';
import { type Acting, writeFlow } from './flow.js';
import type { OidcIssuer } from './issuer.js';
import { languageOf } from './language.js';
import { oidcErrors } from './library.js';
import { renderOrganisationPage } from './organisation-page.js';
import { renderUnreadablePage } from './person-page.js';
import { unlessUnreadable } from './unreadable.js';
import type { Visit } from './visit.js';

/**
 * Creates the step that asks for the organization, if the client requests one.
 * @returns false if the page with the choice was sent; throws `AccessDenied` if the person refuses, or has no
 * organization or not the required one
 */
export function createOrganisationStep(
  { connection, interactionUrl }: OidcIssuer,
  deps: Ports<'state' | 'clock' | 'log'>,
) {
  return async (visit: Visit, subject: string): Promise<boolean> => {
    const { request, response, form, interaction, client, flow } = visit;
    const { params } = visit.asked;
    const asked = toOrganisationAsked(client, params);
    if (asked === null || flow.acting !== null) return true;
    if (form?.get('decision') === 'refuse')
      throw new oidcErrors.AccessDenied('the user did not choose an organization');
    const language = languageOf(params.ui_locales, request.acceptsLanguages());
    const { host } = new URL(params.redirect_uri ?? '');
    const name = client.consented?.name ?? flow.clientId;
    const { id, profile } = connection;
    const read = () => readOrganisations(subject, asked.rules, profile);
    const own = await unlessUnreadable('organisations', read, { connection: id, log: deps.log });
    if (own === null) {
      const leave = organisationTexts[language].refuse;
      sendPage(response.status(503), renderUnreadablePage(language, { name, to: { host } }, leave));
      return false;
    }
    if (own.length === 0) throw new oidcErrors.AccessDenied('the user has no organization');
    const organisations = asked.hint === null ? own : own.filter(({ id }) => id === asked.hint);
    if (organisations.length === 0)
      throw new oidcErrors.AccessDenied('the user has no role in the requested organization');
    const wanted = form?.get('decision') === 'act' ? form.get('organisation') : null;
    const chosen = organisations.find(({ id }) => id === wanted);
    if (chosen === undefined) {
      const searched = new URLSearchParams(queryOf(request)).get('find') ?? '';
      const find = searched.slice(0, maxIdCharacters);
      sendPage(response, renderOrganisationPage(language, { asker: { name, host }, organisations, find }));
      return false;
    }
    const acting: Acting = { organisation: chosen.id, roles: [...chosen.roles] };
    await writeFlow(interaction, { ...flow, acting }, { ...deps, connection });
    response.redirect(303, interactionUrl(interaction.uid));
    return false;
  };
}
