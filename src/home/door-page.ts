import { languages } from '../../locales/compiled/languages.js';
import { texts as doorTexts } from '../../locales/compiled/server/start-page/all.js';
import { type Html, html } from '../core/base/html.js';
import { type SupportedLanguage, supportedLanguages } from '../core/language.js';
import { createPageLayout, pageStyle, type RenderedPage } from '../http/page-layout.js';

const layout = createPageLayout(html`${pageStyle}
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
h2:first-of-type { margin-block-start: 0; }
form label { display: block; font-weight: 600; }
form input {
  inline-size: 100%; min-block-size: 2.75rem; margin: .25rem 0 0; padding: .4rem .6rem; font: inherit; color: var(--ink);
  background: var(--card); border: 1px solid var(--line-strong); border-radius: .5rem;
}
[role="alert"] { padding: .75rem; border: 2px solid var(--line-strong); border-radius: .6rem; color: var(--ink); font-weight: 600; }
nav { display: flex; flex-wrap: wrap; justify-content: center; gap: 0 1rem; margin-block-start: .75rem; }
nav a { display: inline-block; min-block-size: 1.5rem; padding-block: .25rem; color: var(--accent); }
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

export const doorPath = (connection: string, below: string, requestedLanguage: SupportedLanguage | null): string =>
  `/me/${encodeURIComponent(connection)}${below}${requestedLanguage === null ? '' : `?lang=${requestedLanguage}`}`;

function renderPage(language: SupportedLanguage, path: string, body: Html): RenderedPage {
  const { title, languages: label } = doorTexts[language];
  const links = supportedLanguages.map(
    (each) => html`<a href="${path}?lang=${each}" lang="${each}" hreflang="${each}">${languages[each]}</a>`,
  );
  return layout(
    language,
    title,
    html`<main>
<h1>${title}</h1>
${body}
</main>
<nav aria-label="${label}">${links}</nav>`,
  );
}

export function renderDoor(
  {
    language,
    requestedLanguage,
  }: { readonly language: SupportedLanguage; readonly requestedLanguage: SupportedLanguage | null },
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

export function renderDoors(
  {
    language,
    requestedLanguage,
  }: { readonly language: SupportedLanguage; readonly requestedLanguage: SupportedLanguage | null },
  doors: readonly Door[],
): RenderedPage {
  const links = doors.map(
    ({ connection, organisation }) =>
      html`<a class="button" href="${doorPath(connection, '', requestedLanguage)}"><bdi>${organisation ?? connection}</bdi></a>`,
  );
  return renderPage(language, '/me', html`<p>${doorTexts[language].whose}</p>${links}`);
}
