import { languageOf } from '../core/base/languages.js';
import { kioskLink } from '../core/page-link.js';
import { sourceOf } from '../http/access-log.js';
import { sendPage } from '../http/page-layout.js';
import { checkSubject } from './asked.js';
import type { IssuerPorts, OidcIssuer } from './feature.js';
import { type Visit, writeFlow } from './flow.js';
import { renderAskPage } from './pages.js';

/** Creates the step that asks for a username, and finds its person. */
export function createAskStep(
  issuer: Pick<OidcIssuer, 'connection' | 'countStart' | 'interactionUrl'>,
  deps: IssuerPorts<'state' | 'clock' | 'issuer'>,
) {
  return async (visit: Visit): Promise<void> => {
    const { request, response, form, asked, flow } = visit;
    const name = form?.get('username')?.trim() ?? '';
    if (name !== '') return begin(visit, name);
    const language = languageOf(asked.params.ui_locales, request.acceptsLanguages());
    sendPage(response, renderAskPage(language, flow.atKiosk === null ? null : kioskLink(deps.issuer)));
  };

  async function begin({ request, response, interaction, asked, client, flow }: Visit, name: string): Promise<void> {
    const source = sourceOf(request);
    await issuer.countStart(source);
    const named = { params: { ...asked.params, login_hint: name }, requested: asked.requested };
    const person = await client.findPerson({
      ...named,
      source,
      isPushed: false,
      isUnaltered: false,
      admitted: null,
    });
    if (person !== null) checkSubject(person, named);
    await writeFlow(interaction, { ...flow, person }, { ...deps, connection: issuer.connection });
    response.redirect(303, issuer.interactionUrl(interaction.uid));
  }
}
