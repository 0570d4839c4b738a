import type { Response } from 'express';
import { type Html, html } from '../core/base/html.js';
import { directionOf, type SupportedLanguage } from '../core/language.js';
import { contentSecurityPolicy, styleDigest } from './content-security-policy.js';

export interface RenderedPage {
  readonly bytes: Buffer;
  readonly policy: string;
}

/**
 * Creates a page layout without scripts. Forms post only to this server.
 * @param formsTo - value of the `form-action` directive, which must include targets of redirects after a form, because
 * browsers check those too
 */
export function createPageLayout(style: Html, formsTo = "'self'") {
  const policy = contentSecurityPolicy({ 'style-src': styleDigest(style.toString()), 'form-action': formsTo });
  return (language: SupportedLanguage, title: string, body: Html): RenderedPage => {
    const page = html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
    return { bytes: Buffer.from(page.toString()), policy };
  };
}

export function sendPage(response: Response, { bytes, policy }: RenderedPage): void {
  response.set('Content-Security-Policy', policy).type('html').send(bytes);
}
