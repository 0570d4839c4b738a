import type { Response } from 'express';
import { texts as signInTexts } from '../../locales/compiled/server/sign-in/all.js';
import { html } from '../core/base/html.js';
import type { Language } from '../core/base/languages.js';
import type { RenderedPage } from '../http/page-layout.js';
import { createCard } from './card.js';
import { oidcErrors } from './library.js';
import { CookiesNeeded } from './return-visit.js';

/** Seconds until a kiosk page clears itself. A page that asks a question stays longer than a page that only informs. */
const clearedAfterSec = { asking: 120, telling: 15 } as const;

export type KioskPage = keyof typeof clearedAfterSec;

/** Sends a kiosk's browser back to its start page, without a script, in case the person has left. */
export function refreshToKiosk(response: Response, kioskUrl: string, page: KioskPage): void {
  response.set('Refresh', `${clearedAfterSec[page]}; url=${kioskUrl}`);
}

const style = html`
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { box-sizing: border-box; width: min(100%, 30rem); padding: 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
label { display: block; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; min-height: 3rem; padding: .5rem .75rem; font: inherit; }
input { margin: .25rem 0 1rem; }
a { display: inline-block; min-block-size: 1.5rem; color: inherit; }
`;

const renderNotice = createCard(style);

/** Layout whose form may redirect to any site, because a refusal reaches the client by redirects. */
const renderQuestion = createCard(style, 'https: http:');

/**
 * Renders the form for the username.
 * @param kioskUrl - the kiosk's page, whose browser must not remember names; `null` on a personal device
 */
export function renderAskPage(language: Language, kioskUrl: string | null): RenderedPage {
  const { askTitle, askText, userName, goOn, clearScreen } = signInTexts[language];
  const clear =
    kioskUrl === null
      ? null
      : html`
<p><a href="${kioskUrl}">${clearScreen}</a></p>`;
  return renderQuestion(
    language,
    askTitle,
    html`<p id="text">${askText}</p>
<form method="post">
<label for="username">${userName}</label>
<input id="username" name="username" autocomplete="${kioskUrl === null ? 'username' : 'off'}" autocapitalize="none" spellcheck="false" required maxlength="256" aria-describedby="text">
<button>${goOn}</button>
</form>${clear}`,
  );
}

export type PageError = 'expired' | 'invalid' | 'failed' | 'cookies';

export function pageErrorOf(status: number, error: unknown): PageError {
  if (status >= 500) return 'failed';
  if (error instanceof CookiesNeeded) return 'cookies';
  return error instanceof oidcErrors.SessionNotFound ? 'expired' : 'invalid';
}

export function renderErrorPage(
  language: Language,
  { error, code, reference }: { readonly error: PageError; readonly code: string; readonly reference: string },
): RenderedPage {
  const texts = signInTexts[language];
  return renderNotice(
    language,
    texts.errorTitle,
    html`<p>${texts[error]}</p>
<p><small>${texts.reference}: <code dir="ltr">${`${code} ${reference}`}</code></small></p>`,
  );
}
