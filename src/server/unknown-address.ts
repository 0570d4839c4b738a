import type { NextFunction, Request, Response } from 'express';
import { html } from '../base/html.js';
import { type LetterLanguage, letterLanguages } from '../core/letters/language.js';
import { FaceError } from '../errors.js';
import { noteRefusal } from '../http/access-log.js';
import { discardRest } from '../http/collect.js';
import { type RenderedPage, sendPage } from '../http/page-layout.js';
import { renderInCatalogueStyle } from '../rest/catalogue-style.js';

interface Texts {
  readonly title: string;
  readonly help: string;
  readonly staff: string;
  readonly home: string;
}

const texts: Readonly<Record<LetterLanguage, Texts>> = {
  en: {
    title: 'Page not found',
    help: 'Check the address. If you followed a link, open it again from the message, or go back to where you sign in.',
    staff: 'Administrators and developers:',
    home: 'all pages of this server',
  },
  de: {
    title: 'Seite nicht gefunden',
    help: 'Prüfen Sie die Adresse. Wenn Sie einem Link gefolgt sind, öffnen Sie ihn noch einmal aus der Nachricht oder gehen Sie zurück zur Anmeldung.',
    staff: 'Für Administration und Entwicklung:',
    home: 'alle Seiten dieses Servers',
  },
  fr: {
    title: 'Page introuvable',
    help: 'Vérifiez l’adresse. Si vous avez suivi un lien, ouvrez-le à nouveau depuis le message ou revenez à la page de connexion.',
    staff: 'Administrateurs et développeurs :',
    home: 'toutes les pages de ce serveur',
  },
  es: {
    title: 'Página no encontrada',
    help: 'Compruebe la dirección. Si ha seguido un enlace, ábralo de nuevo desde el mensaje o vuelva a la página de inicio de sesión.',
    staff: 'Administradores y desarrolladores:',
    home: 'todas las páginas de este servidor',
  },
  ar: {
    title: 'الصفحة غير موجودة',
    help: 'تحقق من العنوان. إذا اتبعت رابطًا، فافتحه مرة أخرى من الرسالة أو عُد إلى صفحة تسجيل الدخول.',
    staff: 'للمسؤولين والمطورين:',
    home: 'كل صفحات هذا الخادم',
  },
};

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
