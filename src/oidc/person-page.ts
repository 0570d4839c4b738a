import { texts as consentTexts } from '../../locales/compiled/server/consent/all.js';
import { type Html, html } from '../core/base/html.js';
import type { RenderedPage } from '../http/page-layout.js';
import { pageStyle } from '../http/page-style.js';
import { createCard } from './card.js';
import type { Language } from './language.js';

/* Pages for decisions between the face check and the return to the client. */

/** The form's redirect may lead to any site, because the client may redirect further. */
export const renderPersonCard = createCard(pageStyle, 'https: http:');

/** Destination of the data: a site, the counter, or the person's own wallet. */
export type Destination = { readonly host: string } | 'counter' | 'wallet';

export interface Requester {
  readonly name: string;
  readonly to: Destination;
}

/** Renders untrusted text with its own writing direction. */
export const isolate = (kind: string, text: string): Html => html`<bdi class="${kind}">${text}</bdi>`;

export function renderUnreadablePage(language: Language, requester: Requester, leave: string): RenderedPage {
  const texts = consentTexts[language];
  return renderPersonCard(
    language,
    texts.unreadableTitle,
    html`<p>${texts.unreadableText}</p>
<a class="button strong" href="">${texts.tryAgain}</a>
<form method="post">
<button name="decision" value="refuse">${leave} (${isolate('host', typeof requester.to === 'object' ? requester.to.host : requester.name)})</button>
</form>`,
  );
}
