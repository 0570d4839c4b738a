import { encode } from 'uqr';
import { texts as consentTexts } from '../../locales/compiled/server/consent/all.js';
import type { ConsentWords } from '../connections/openid-client.js';
import { type Html, html } from '../core/base/html.js';
import type { Language } from '../core/base/languages.js';
import { createPageLayout, pageStyle, type RenderedPage } from '../http/page-layout.js';

/** Draws a QR code, dark on light in both color schemes, as scanners require. */
export function drawQr(text: string, label: string, ecc: 'L' | 'M'): Html {
  const { data, size } = encode(text, { ecc, border: 4 });
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
<rect width="${size}" height="${size}" fill="#ffffff"/><path fill="#16202b" d="${squares.join('')}"/></svg>`;
}

/**
 * Creates the layout of pages that show a single card.
 * @param formsTo - sites, besides this server, to which forms may redirect
 */
export function createCard(style: Html = pageStyle, formsTo?: string) {
  const layout = createPageLayout(style, formsTo);
  return (language: Language, title: string, body: Html): RenderedPage =>
    layout(
      language,
      title,
      html`<main>
<h1><bdi>${title}</bdi></h1>
${body}
</main>`,
    );
}

/* Pages for decisions between the face check and the return to the client. */

/** The form's redirect may lead to any site, because the client may redirect further. */
export const renderPersonCard = createCard(pageStyle, 'https: http:');

/** Destination of the data: a site, or what the client says of it. */
export type Destination = { readonly host: string } | (ConsentWords & { readonly host?: undefined });

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
<button name="decision" value="refuse">${leave} (${isolate('host', requester.to.host ?? requester.name)})</button>
</form>`,
  );
}
