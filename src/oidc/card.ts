import { type Html, html } from '../core/base/html.js';
import { createPageLayout, type RenderedPage } from '../http/page-layout.js';
import { pageStyle } from '../http/page-style.js';
import type { Language } from './language.js';

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
