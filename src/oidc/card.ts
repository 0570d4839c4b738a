import { escapeHtml } from '../http/html.js';
import { pageStyle } from '../http/page-style.js';
import { type Language, messagesIn } from './messages.js';

/**
 * A page that is one card: what people read beside the capture page, in its look.
 * @param body - HTML: whatever others wrote is escaped in it
 * @param style - of the page; its digest is in the page's policy
 */
export function renderCard(language: Language, title: string, body: string, style = pageStyle): string {
  return `<!doctype html>
<html lang="${language}" dir="${messagesIn(language).direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1><bdi>${escapeHtml(title)}</bdi></h1>
${body}
</main>
</body>
</html>
`;
}
