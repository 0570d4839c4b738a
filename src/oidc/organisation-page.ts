import type { Organisation } from '../core/organisations/organisations.js';
import { escapeHtml } from '../http/html.js';
import { renderCard } from './card.js';
import type { Language } from './messages.js';
import { type OrganisationTexts, organisationTextsIn } from './organisation-messages.js';
import { isolate } from './person-page.js';

/** Shown at once: whoever acts for more looks for theirs. */
const mostShown = 20;

const isCalled = ({ id, name }: Organisation, text: string): boolean =>
  [id, name].some((each) => each.toLowerCase().includes(text.toLowerCase()));

/** Asks a person for whom they act. The answer is sent to the address of the page. */
export function renderOrganisationPage(
  language: Language,
  {
    asker,
    organisations,
    find,
  }: {
    /** By the name it was registered with, and where its answers go. */
    readonly asker: { readonly name: string; readonly host: string };
    /** That they may choose from: at least one. The only one is chosen beforehand. */
    readonly organisations: readonly Organisation[];
    /** What they searched for; empty: nothing. */
    readonly find: string;
  },
): string {
  const texts = organisationTextsIn(language);
  const fitting = organisations.filter((each) => isCalled(each, find));
  const more = fitting.length - mostShown;
  const items = fitting
    .slice(0, mostShown)
    .map((each) => `<li>${renderItem(texts, each, organisations.length === 1)}</li>`);
  const search = `<form method="get" role="search">
<label for="find">${escapeHtml(texts.find)}</label>
<input type="search" id="find" name="find" maxlength="100" value="${escapeHtml(find)}">
<button>${escapeHtml(texts.search)}</button>
</form>`;
  const none = `<p>${escapeHtml(texts.noneFits)}</p>`;
  return renderCard(
    language,
    texts.title(asker.name),
    `<p>${escapeHtml(texts.text)} ${escapeHtml(texts.goesTo)} ${isolate('host', asker.host)}.</p>
${organisations.length > mostShown ? search : ''}
<form method="post">
<fieldset>
<legend>${escapeHtml(texts.organisation)}</legend>
${items.length === 0 ? none : `<ul>\n${items.join('\n')}\n</ul>`}
</fieldset>
${more > 0 ? `<p>${escapeHtml(texts.more(more))}</p>` : ''}
${items.length === 0 ? '' : `<button class="strong" name="decision" value="act">${escapeHtml(texts.goOn)}</button>`}
<button name="decision" value="refuse" formnovalidate>${escapeHtml(texts.refuse)}</button>
</form>`,
  );
}

function renderItem(texts: OrganisationTexts, { id, name, roles }: Organisation, isChosen: boolean): string {
  const chosen = isChosen ? ' checked' : '';
  return `<label><input type="radio" name="organisation" value="${escapeHtml(id)}" required${chosen}>
<span>${isolate('value', name)}
${name === id ? '' : isolate('name', id)}
<span class="purpose">${escapeHtml(texts.roles)} ${roles.map((role) => isolate('role', role)).join(', ')}</span></span></label>`;
}
