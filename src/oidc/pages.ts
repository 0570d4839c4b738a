import { escapeHtml, policyOfPage } from '../http/html.js';
import { oidcErrors } from './library.js';
import { type Language, messagesIn } from './messages.js';
import { CookiesNeeded } from './return-visit.js';

const style = `
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { box-sizing: border-box; width: min(100%, 30rem); padding: 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
label { display: block; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; min-height: 3rem; padding: .5rem .75rem; font: inherit; }
input { margin: .25rem 0 1rem; }
a { display: inline-block; min-block-size: 1.5rem; color: inherit; }
`;

/** The Content-Security-Policy of a page that tells something. */
export const pagePolicy = policyOfPage(style);

/** Of the page that asks: a name may be refused to the client, and Chromium holds every redirect after a form to this list. */
export const askPolicy = policyOfPage(style, 'https: http:');

function renderPage(language: Language, title: string, body: string): string {
  const { direction } = messagesIn(language);
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/**
 * Asks who is there; the answer is sent to the address of the page.
 * @param kioskUrl - where a kiosk waits for the next person, whose browser keeps no names; `null`: it is a person's own
 */
export function renderAskPage(language: Language, kioskUrl: string | null): string {
  const { askTitle, askText, userName, goOn, clearScreen } = messagesIn(language);
  const clear = kioskUrl === null ? '' : `\n<p><a href="${escapeHtml(kioskUrl)}">${escapeHtml(clearScreen)}</a></p>`;
  return renderPage(
    language,
    askTitle,
    `<p id="text">${escapeHtml(askText)}</p>
<form method="post">
<label for="username">${escapeHtml(userName)}</label>
<input id="username" name="username" autocomplete="${kioskUrl === null ? 'username' : 'off'}" autocapitalize="none" spellcheck="false" required maxlength="256" aria-describedby="text">
<button>${escapeHtml(goOn)}</button>
</form>${clear}`,
  );
}

/** Why a sign-in cannot go on, as the person reads it. */
export type PageError = 'expired' | 'invalid' | 'failed' | 'cookies';

/** @param status - of the reply that the page comes with */
export function pageErrorOf(status: number, error: unknown): PageError {
  if (status >= 500) return 'failed';
  if (error instanceof CookiesNeeded) return 'cookies';
  return error instanceof oidcErrors.SessionNotFound ? 'expired' : 'invalid';
}

/**
 * Says that a sign-in cannot go on.
 * @param code - the protocol's name of the error, for whoever runs the application
 * @param reference - names the request in our log
 */
export function renderErrorPage(
  language: Language,
  { error, code, reference }: { readonly error: PageError; readonly code: string; readonly reference: string },
): string {
  const texts = messagesIn(language);
  return renderPage(
    language,
    texts.errorTitle,
    `<p>${escapeHtml(texts[error])}</p>
<p><small>${escapeHtml(texts.reference)}: <code dir="ltr">${escapeHtml(`${code} ${reference}`)}</code></small></p>`,
  );
}
