import { texts as counterTexts } from '../../../locales/compiled/server/counter/all.js';
import { texts as signInTexts } from '../../../locales/compiled/server/sign-in/all.js';
import { type Html, html } from '../../core/base/html.js';
import type { Language } from '../../core/base/languages.js';
import { pageStyle, type RenderedPage } from '../../http/page-layout.js';
import { createCard, drawQr } from '../../oidc/card.js';

/** Layout whose forms may lead to the interaction or to the capture page. */
const card = createCard(html`${pageStyle}
label.field { display: block; font-weight: 600; color: var(--ink); }
input.code {
  inline-size: 100%; min-block-size: 3rem; margin-block-start: .25rem; padding: .5rem .75rem; font: inherit; font-size: 1.3rem;
  letter-spacing: .1em; text-transform: uppercase; color: var(--ink); background: var(--card);
  border: 1px solid var(--line-strong); border-radius: .6rem;
}
.number { font-size: 3rem; font-weight: 700; line-height: 1.1; letter-spacing: .08em; text-align: center; color: var(--ink); }
.choices { display: grid; grid-template-columns: repeat(3, 1fr); gap: .75rem; }
.choices button { font-size: 1.6rem; }
.qr { display: block; inline-size: min(100%, 16rem); margin: 0 auto .75rem; }
`);

export function renderStart(language: Language): RenderedPage {
  const texts = counterTexts[language];
  return card(
    language,
    texts.startTitle,
    html`<p>${texts.startText}</p>
<form method="get">
<label class="field">${texts.code}
<input class="code" name="user_code" dir="ltr" autocomplete="off" autocapitalize="characters" spellcheck="false" required maxlength="20">
</label>
<button class="strong">${signInTexts[language].goOn}</button>
</form>
<form method="post">
<button name="decision" value="show">${texts.orShow}</button>
</form>`,
  );
}

/** Renders the counter's name with a button, because fetching the URL must not open the code. */
export function renderOpen(language: Language, name: string): RenderedPage {
  const texts = counterTexts[language];
  return card(
    language,
    texts.openTitle({ name }),
    html`<p>${texts.openText}</p>
<form method="post">
<button class="strong" name="decision" value="open">${texts.isHere}</button>
</form>`,
  );
}

/**
 * Renders the numbers to choose from.
 * @param numbers.choices - one of them is the counter's
 */
export function renderNumbers(
  language: Language,
  name: string,
  { shown, choices }: { readonly shown: string; readonly choices: readonly string[] },
): RenderedPage {
  const texts = counterTexts[language];
  const buttons = choices.map((each) => html`<button name="number" value="${each}" dir="ltr">${each}</button>\n`);
  return card(
    language,
    texts.numbersTitle,
    html`<p><bdi class="host">${name}</bdi></p>
<p>${texts.tell}</p>
<p class="number" dir="ltr">${shown}</p>
<form method="post">
<p id="choose">${texts.choose}</p>
<div class="choices" role="group" aria-labelledby="choose">${buttons}</div>
<button name="number" value="none">${texts.none}</button>
</form>`,
  );
}

/** Renders the phone's own code. @param digits - eight digits */
export function renderShown(language: Language, digits: string): RenderedPage {
  const texts = counterTexts[language];
  return card(
    language,
    texts.shownTitle,
    html`<p>${texts.shownText}</p>
${drawQr(digits, texts.picture, 'M')}
<p class="number" dir="ltr">${digits.slice(0, 4)} ${digits.slice(4)}</p>
<a class="button strong" href="">${texts.wasRead}</a>`,
  );
}

/**
 * Renders the page that a person sees after a check.
 * @param done.kioskUrl - `null` on a phone
 */
export function renderDone(
  language: Language,
  { name, shown, kioskUrl }: { readonly name: string; readonly shown: string; readonly kioskUrl: string | null },
): RenderedPage {
  const texts = counterTexts[language];
  return card(
    language,
    texts.doneTitle,
    html`<p>${texts.doneText({ name })}</p>
<p>${texts.doneNumber}</p>
<p class="number" dir="ltr">${shown}</p>
${clearLink(language, kioskUrl)}`,
  );
}

export type CounterEnd = 'ended' | 'gone' | 'busy';

export function renderEnd(
  language: Language,
  { end, kioskUrl }: { readonly end: CounterEnd; readonly kioskUrl: string | null },
): RenderedPage {
  const { title, text } = counterTexts[language][end];
  return card(
    language,
    title,
    html`<p>${text}</p>
${clearLink(language, kioskUrl)}`,
  );
}

const clearLink = (language: Language, kioskUrl: string | null): Html | null =>
  kioskUrl === null ? null : html`<a class="button" href="${kioskUrl}">${signInTexts[language].clearScreen}</a>`;
