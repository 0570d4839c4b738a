import { type Html, html } from '../base/html.js';
import type { RenderedPage } from '../http/page-layout.js';
import { pageStyle } from '../http/page-style.js';
import { createCard } from './card.js';
import { consentTextsIn } from './consent-messages/index.js';
import type { Language } from './messages.js';

/*
 * What the pages have in common on which a person decides something between their face check and the client.
 */

/** Their layout. An answer leads the browser on to the client, which may be a provider that leads it on to another site. */
export const renderPersonCard = createCard(pageStyle, 'https: http:');

/** Where answers go: to a site; to the counter at which the person stands; or to nobody, but into their own wallet. */
export type Destination = { readonly host: string } | 'counter' | 'wallet';

/** Who asks: by the name it was registered with, and where its answers go. */
export interface Asker {
  readonly name: string;
  readonly to: Destination;
}

/** A text of somebody else's: shown as it is written, and its direction is its own affair. */
export const isolate = (kind: string, text: string): Html => html`<bdi class="${kind}">${text}</bdi>`;

/**
 * Says that the provider cannot be asked now: it may be tried again, and the person may leave.
 * @param leave - how the page asks that calls it off
 */
export function renderUnreadablePage(language: Language, asker: Asker, leave: string): RenderedPage {
  const texts = consentTextsIn(language);
  return renderPersonCard(
    language,
    texts.unreadableTitle,
    html`<p>${texts.unreadableText}</p>
<a class="button strong" href="">${texts.tryAgain}</a>
<form method="post">
<button name="decision" value="refuse">${leave} (${isolate('host', typeof asker.to === 'object' ? asker.to.host : asker.name)})</button>
</form>`,
  );
}
