import { encode } from 'uqr';
import { type Html, html } from '../core/base/html.js';
import { createPageLayout, type RenderedPage } from '../http/page-layout.js';
import { pageStyle } from '../http/page-style.js';
import type { Language } from './language.js';

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
