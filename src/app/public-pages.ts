import type { NextFunction, Request, Response } from 'express';
import { texts } from '../../locales/compiled/server/not-found/all.js';
import { type Html, html } from '../core/base/html.js';
import { chooseLanguage } from '../core/base/languages.js';
import type { SupportedLanguage } from '../core/language.js';
import { FaceError, toCode } from '../errors.js';
import { noteRefusal } from '../http/access-log.js';
import { discardRest } from '../http/front-door.js';
import { createPageLayout, pageStyle, type RenderedPage, sendPage } from '../http/page-layout.js';

/** Path of the page of the documentation that describes every endpoint. */
const apiReference = '/docs/reference/api.html';

const renderPage = createPageLayout(html`${pageStyle}
h2 { font-size: 1.1rem; line-height: 1.3; margin: 1.5rem 0 .5rem; }
a { display: inline-block; min-block-size: 1.5rem; color: var(--accent); text-underline-offset: .3em; }
dl { margin: 0 0 .75rem; }
dt { font-weight: 600; }
dd { margin: 0 0 .5rem; color: var(--ink-soft); }
`);

/** Links for a first visit. The page is public, so it shows neither version nor settings. */
const places = [
  ['/console/', 'console', 'the console of administrators and developers'],
  ['/docs/', 'documentation', 'how to set up, operate, call and troubleshoot it'],
  [apiReference, 'reference', 'all endpoints, with their fields and errors'],
  ['/openapi.json', 'description', 'the same for programs (OpenAPI 3.1)'],
  ['/readyz', 'readiness', 'readiness of this server'],
  ['/.well-known/jwks.json', 'receiptKeys', 'public keys of receipts'],
] as const;

const toPage = (ownPage: Html | null) =>
  renderPage(
    'en',
    'facestep',
    html`<main>
<h1>facestep</h1>
<p>Face step-up for the identity provider an organization already runs.</p>
<section aria-labelledby="people">
<h2 id="people">You want to sign in, or to set up your face check</h2>
<p>There is nothing to do on this page. Open the link you were sent, or go back to where you sign in.${ownPage} If that does not help, ask the organization that sent you.</p>
</section>
<section aria-labelledby="administrators">
<h2 id="administrators">For administrators and developers</h2>
<dl>${places.map(([path, , about]) => html`<dt><a href="${path}">${path}</a></dt><dd>${about}</dd>`)}</dl>
<p><code>facestep doctor</code> checks each link of a connection.</p>
</section>
</main>`,
  );

const toJson = (ownPage: Readonly<Record<string, string>>) => ({
  ok: true,
  name: 'facestep',
  about: 'Face step-up for the identity provider an organization already runs.',
  ...Object.fromEntries(places.map(([path, name]) => [name, path])),
  ...ownPage,
});

/** Creates the response of the root URL: a page for browsers, otherwise JSON. */
export function createWelcome({ hasOwnPages }: { readonly hasOwnPages: boolean }) {
  const page = toPage(hasOwnPages ? html` What is kept of you is on <a href="/me">your own page</a>.` : null);
  const json = toJson(hasOwnPages ? { ownPage: '/me' } : {});
  return (request: Request, response: Response): void => {
    response.set('Cache-Control', 'public, max-age=3600').vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') response.json(json);
    else sendPage(response, page);
  };
}

const pages = new Map<SupportedLanguage, RenderedPage>();

function pageIn(language: SupportedLanguage): RenderedPage {
  const rendered = pages.get(language);
  if (rendered !== undefined) return rendered;
  const { title, help, staff, home } = texts[language];
  const page = renderPage(
    language,
    title,
    html`<main>
<h1>${title}</h1>
<p>${help}</p>
<p>${staff} <a href="/">${home}</a></p>
</main>`,
  );
  pages.set(language, page);
  return page;
}

/** Replies 404, as a page to browsers and as JSON to programs. */
export function answerUnknown(request: Request, response: Response, _next: NextFunction): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || request.accepts(['json', 'html']) !== 'html') throw new FaceError('not_found');
  noteRefusal(response, new FaceError('not_found'));
  discardRest(request);
  response.status(404).set('Cache-Control', 'no-store').vary('Accept');
  sendPage(response, pageIn(chooseLanguage(request.acceptsLanguages())));
}

/** Answers a page that a connection does not have as `answerUnknown`. Express recognizes it by four parameters. */
export function answerUnknownPage(error: unknown, request: Request, response: Response, next: NextFunction): void {
  if (toCode(error) !== 'not_found') next(error);
  else answerUnknown(request, response, next);
}
