import type { Response } from 'express';
import { languages } from '../../locales/compiled/languages.js';
import { type Html, html } from '../core/base/html.js';
import { directionOf, type SupportedLanguage, supportedLanguages } from '../core/language.js';
import { contentSecurityPolicy, inlineDigest } from './content-security-policy.js';

/** Style of the capture page, also for pages that the server renders. */
export const pageStyle = html`
:root {
  color-scheme: light dark;
  --ground: #eef1f4; --card: #ffffff; --ink: #16202b; --ink-soft: #4c5a68; --line: #d3dae1; --line-strong: #76828e;
  --accent: #0b5a6e; --accent-ink: #ffffff; --focus: #0a5fd0;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif;
  line-height: 1.5; color: var(--ink); background: var(--ground);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10161c; --card: #1a222b; --ink: #eef2f5; --ink-soft: #b3bfca; --line: #333f4b; --line-strong: #8593a0;
    --accent: #74cfe2; --accent-ink: #06222a; --focus: #8fc0ff;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; display: flex; flex-direction: column; align-items: center; padding: 1rem 1rem 1.5rem; }
main {
  inline-size: 100%; max-inline-size: 30rem; padding: 1.25rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 1rem; overflow-wrap: anywhere;
}
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .75rem; }
p { margin: 0 0 .75rem; }
p, .purpose, .source { color: var(--ink-soft); }
bdi.host { font-weight: 600; color: var(--ink); }
fieldset { margin: 0 0 1rem; padding: 0; border: 0; min-inline-size: 0; }
legend { padding: 0; font-weight: 600; font-size: 1.1rem; }
ul { list-style: none; margin: 0; padding: 0; border-block-start: 1px solid var(--line); }
li { padding-block: .75rem; border-block-end: 1px solid var(--line); }
li label { display: grid; grid-template-columns: auto 1fr; column-gap: .75rem; cursor: pointer; }
li input { inline-size: 1.5rem; block-size: 1.5rem; margin: .1rem 0 0; accent-color: var(--accent); }
.name { display: block; font-size: .95rem; color: var(--ink-soft); }
.value { display: block; font-weight: 600; white-space: pre-wrap; }
.value, .purpose { text-align: left; }
[dir="rtl"] .value, [dir="rtl"] .purpose { text-align: right; }
.absent { display: block; font-style: italic; }
[type="search"] {
  inline-size: 100%; min-block-size: 3rem; padding: .5rem .75rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line-strong); border-radius: .6rem;
}
form + form { margin-block-start: 1rem; }
.purpose { display: block; font-size: .95rem; }
.member { display: block; }
.source { display: block; font-size: .95rem; }
.silent, .notice { padding: .75rem; border: 1px solid var(--line-strong); border-radius: .6rem; }
.silent legend { float: inline-start; inline-size: 100%; }
.silent legend + * { clear: both; }
.silent > :last-child { margin-block-end: 0; }
.notice { font-weight: 600; color: var(--ink); }
label.field { display: block; font-weight: 600; }
input.field {
  inline-size: 100%; min-block-size: 3rem; margin: .25rem 0 1rem; padding: .5rem .75rem; font: inherit; color: var(--ink);
  background: var(--card); border: 1px solid var(--line-strong); border-radius: .6rem;
}
button, .button {
  display: block; inline-size: 100%; min-block-size: 3rem; margin-block-start: .75rem; padding: .6rem 1rem; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; border-radius: .6rem; cursor: pointer;
  border: 1px solid var(--line-strong); background: transparent; color: var(--ink);
}
button.strong, .button.strong { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
`;

/** Style of the pages with a form, a notice and links. */
export const formStyle = html`
form label { display: block; font-weight: 600; }
form input {
  inline-size: 100%; min-block-size: 2.75rem; margin: .25rem 0 0; padding: .4rem .6rem; font: inherit; color: var(--ink);
  background: var(--card); border: 1px solid var(--line-strong); border-radius: .5rem;
}
[role="alert"] { padding: .75rem; border: 2px solid var(--line-strong); border-radius: .6rem; color: var(--ink); font-weight: 600; }
nav { display: flex; flex-wrap: wrap; justify-content: center; gap: 0 1rem; margin-block-start: .75rem; }
nav a { display: inline-block; min-block-size: 1.5rem; padding-block: .25rem; color: var(--accent); }
`;

/** Renders links to a page in each language. */
export function renderLanguages(path: string, label: string): Html {
  const links = supportedLanguages.map(
    (each) => html`<a href="${path}?lang=${each}" lang="${each}" hreflang="${each}">${languages[each]}</a>`,
  );
  return html`<nav aria-label="${label}">${links}</nav>`;
}

export interface RenderedPage {
  readonly bytes: Buffer;
  readonly policy: string;
}

/**
 * Creates a page layout. Forms post only to this server.
 * @param formsTo - value of the `form-action` directive, which must include targets of redirects after a form, because
 * browsers check those too
 * @param script - runs after the page has loaded; `null` for a page without scripts
 */
export function createPageLayout(style: Html, formsTo = "'self'", script: Html | null = null) {
  const own = { 'style-src': inlineDigest(style.toString()), 'form-action': formsTo };
  const policy = contentSecurityPolicy(
    script === null ? own : { ...own, 'script-src': inlineDigest(script.toString()) },
  );
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
${script === null ? null : html`<script>${script}</script>`}
</body>
</html>
`;
    return { bytes: Buffer.from(page.toString()), policy };
  };
}

export function sendPage(response: Response, { bytes, policy }: RenderedPage): void {
  response.set('Content-Security-Policy', policy).type('html').send(bytes);
}
