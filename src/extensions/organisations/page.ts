import { texts as organisationTexts } from '../../../locales/compiled/server/organisation/all.js';
import type { Texts as OrganisationTexts } from '../../../locales/compiled/server/organisation/texts.js';
import { type Html, html } from '../../core/base/html.js';
import type { RenderedPage } from '../../http/page-layout.js';
import type { Language } from '../../oidc/language.js';
import { isolate, renderPersonCard } from '../../oidc/person-page.js';
import type { Organisation } from './organisations.js';

const mostShown = 20;

const isCalled = ({ id, name }: Organisation, text: string): boolean =>
  [id, name].some((each) => each.toLowerCase().includes(text.toLowerCase()));

export function renderOrganisationPage(
  language: Language,
  {
    asker,
    organisations,
    find,
  }: {
    readonly asker: { readonly name: string; readonly host: string };
    /** Organizations to choose from. If there is only one, it is preselected. */
    readonly organisations: readonly Organisation[];
    readonly find: string;
  },
): RenderedPage {
  const texts = organisationTexts[language];
  const fitting = organisations.filter((each) => isCalled(each, find));
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
    texts.title({ application: asker.name }),
    html`<p>${texts.text} ${texts.goesTo} ${isolate('host', asker.host)}.</p>
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
