import { texts as doorTexts } from '../../locales/compiled/server/start-page/all.js';
import { type Html, html } from '../core/base/html.js';
import type { SupportedLanguage } from '../core/language.js';
import { createPageLayout, formStyle, pageStyle, type RenderedPage, renderLanguages } from '../http/page-layout.js';

const layout = createPageLayout(html`${pageStyle}${formStyle}
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
h2:first-of-type { margin-block-start: 0; }
`);

export type RefusedReason = keyof typeof doorTexts.en.refused;

export const isRefusedReason = (text: string | null): text is RefusedReason =>
  text !== null && Object.hasOwn(doorTexts.en.refused, text);

export interface Door {
  readonly connection: string;
  readonly organisation: string | null;
  readonly hasFaceCheck: boolean;
  readonly hasSignIn: boolean;
}

interface Shown {
  readonly language: SupportedLanguage;
  readonly requestedLanguage: SupportedLanguage | null;
}

export const doorPath = (connection: string, below: string, requestedLanguage: SupportedLanguage | null): string =>
  `/me/${encodeURIComponent(connection)}${below}${requestedLanguage === null ? '' : `?lang=${requestedLanguage}`}`;

function renderPage(language: SupportedLanguage, path: string, body: Html): RenderedPage {
  const { title, languages: label } = doorTexts[language];
  return layout(
    language,
    title,
    html`<main>
<h1>${title}</h1>
${body}
</main>
${renderLanguages(path, label)}`,
  );
}

export function renderDoor(
  { language, requestedLanguage }: Shown,
  door: Door,
  refused: RefusedReason | null,
): RenderedPage {
  const { connection, organisation, hasFaceCheck, hasSignIn } = door;
  const texts = doorTexts[language];
  const notice = refused === null ? null : html`<p role="alert">${texts.refused[refused]}</p>`;
  const face = html`<h2>${texts.faceTitle}</h2>
<form method="post" action="${doorPath(connection, '/face-check', requestedLanguage)}">
<label for="username">${texts.userName}</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="256">
<button class="strong">${texts.faceCheck}</button>
</form>`;
  const signIn = html`<h2>${texts.signInTitle}</h2>
<p>${texts.signInText}</p>
<a class="button" href="${doorPath(connection, '/sign-in', requestedLanguage)}">${texts.signIn({ organisation })}</a>`;
  const body = html`${
    organisation === null
      ? null
      : html`<p><strong><bdi>${organisation}</bdi></strong></p>
`
  }${notice}
<p>${texts.text}</p>
${hasFaceCheck ? face : null}
${hasSignIn ? signIn : null}`;
  return renderPage(language, doorPath(connection, '', null), body);
}

export function renderDoors({ language, requestedLanguage }: Shown, doors: readonly Door[]): RenderedPage {
  const links = doors.map(
    ({ connection, organisation }) =>
      html`<a class="button" href="${doorPath(connection, '', requestedLanguage)}"><bdi>${organisation ?? connection}</bdi></a>`,
  );
  return renderPage(language, '/me', html`<p>${doorTexts[language].whose}</p>${links}`);
}
