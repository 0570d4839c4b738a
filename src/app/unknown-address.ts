import type { NextFunction, Request, Response } from 'express';
import { texts } from '../../locales/compiled/server/not-found/all.js';
import { html } from '../core/base/html.js';
import { type LetterLanguage, letterLanguages } from '../core/language.js';
import { FaceError } from '../errors.js';
import { noteRefusal } from '../http/access-log.js';
import { discardRest } from '../http/collect.js';
import { type RenderedPage, sendPage } from '../http/page-layout.js';
import { renderInCatalogueStyle } from '../http/rest/catalogue-style.js';

const pages = new Map<LetterLanguage, RenderedPage>();

function pageIn(language: LetterLanguage): RenderedPage {
  const rendered = pages.get(language);
  if (rendered !== undefined) return rendered;
  const { title, help, staff, home } = texts[language];
  const page = renderInCatalogueStyle(
    language,
    title,
    html`<main>
<h1>${title}</h1>
<section class="card">
<p>${help}</p>
<p>${staff} <a href="/">${home}</a></p>
</section>
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
  const accepted = request.acceptsLanguages([...letterLanguages]);
  const language = letterLanguages.find((each) => each === accepted) ?? 'en';
  response.status(404).set('Cache-Control', 'no-store').vary('Accept');
  sendPage(response, pageIn(language));
}
