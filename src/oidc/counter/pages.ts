import { encode } from 'uqr';
import { escapeHtml, policyOfPage } from '../../http/html.js';
import { pageStyle } from '../../http/page-style.js';
import { renderCard } from '../card.js';
import { type Language, messagesIn } from '../messages.js';
import { counterTextsIn } from './messages/index.js';

const style = `${pageStyle}
label.field { display: block; font-weight: 600; color: var(--ink); }
input.code {
  inline-size: 100%; min-block-size: 3rem; margin-block-start: .25rem; padding: .5rem .75rem; font: inherit; font-size: 1.3rem;
  letter-spacing: .1em; text-transform: uppercase; color: var(--ink); background: var(--card);
  border: 1px solid var(--line-strong); border-radius: .6rem;
}
.number { font-size: 3rem; font-weight: 700; line-height: 1.1; letter-spacing: .08em; text-align: center; color: var(--ink); }
.choices { display: grid; grid-template-columns: repeat(3, 1fr); gap: .75rem; }
.choices button { font-size: 1.6rem; }
.qr { display: block; inline-size: min(100%, 16rem); margin: 0 auto .75rem; background: #fff; }
`;

/** The Content-Security-Policy of all these pages. What follows a form is the page of the person's interaction, or the camera. */
export const counterPolicy = policyOfPage(style);

const card = (language: Language, title: string, body: string): string => renderCard(language, title, body, style);
const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

/** Asks for the code of a counter, or shows one of the phone's own. */
export function renderStart(language: Language): string {
  const texts = counterTextsIn(language);
  return card(
    language,
    texts.startTitle,
    `${paragraph(texts.startText)}
<form method="get">
<label class="field">${escapeHtml(texts.code)}
<input class="code" name="user_code" dir="ltr" autocomplete="off" autocapitalize="characters" spellcheck="false" required maxlength="20">
</label>
<button class="strong">${escapeHtml(messagesIn(language).goOn)}</button>
</form>
<form method="post">
<button name="decision" value="show">${escapeHtml(texts.orShow)}</button>
</form>`,
  );
}

/** Names the counter before its code is opened: whoever only fetches the address opens nothing. */
export function renderOpen(language: Language, name: string): string {
  const texts = counterTextsIn(language);
  return card(
    language,
    texts.openTitle(name),
    `${paragraph(texts.openText)}
<form method="post">
<button class="strong" name="decision" value="open">${escapeHtml(texts.isHere)}</button>
</form>`,
  );
}

/** @param numbers.shown - for the counter; @param numbers.choices - one of them is what the counter tells */
export function renderNumbers(
  language: Language,
  name: string,
  { shown, choices }: { readonly shown: string; readonly choices: readonly string[] },
): string {
  const texts = counterTextsIn(language);
  const buttons = choices.map((each) => `<button name="number" value="${each}" dir="ltr">${each}</button>`);
  return card(
    language,
    texts.numbersTitle,
    `<p><bdi class="host">${escapeHtml(name)}</bdi></p>
${paragraph(texts.tell)}
<p class="number" dir="ltr">${shown}</p>
<form method="post">
<p id="choose">${escapeHtml(texts.choose)}</p>
<div class="choices" role="group" aria-labelledby="choose">${buttons.join('\n')}</div>
<button name="number" value="none">${escapeHtml(texts.none)}</button>
</form>`,
  );
}

/** A code of the phone's own. @param digits - eight */
export function renderShown(language: Language, digits: string): string {
  const texts = counterTextsIn(language);
  return card(
    language,
    texts.shownTitle,
    `${paragraph(texts.shownText)}
<div role="img" aria-label="${escapeHtml(texts.picture)}">${drawQr(digits)}</div>
<p class="number" dir="ltr">${digits.slice(0, 4)} ${digits.slice(4)}</p>
<a class="button strong" href="">${escapeHtml(texts.wasRead)}</a>`,
  );
}

/** @param done.kioskUrl - where a kiosk waits for the next person; `null`: it is a phone */
export function renderDone(
  language: Language,
  { name, shown, kioskUrl }: { readonly name: string; readonly shown: string; readonly kioskUrl: string | null },
): string {
  const texts = counterTextsIn(language);
  return card(
    language,
    texts.doneTitle,
    `${paragraph(texts.doneText(name))}
${paragraph(texts.doneNumber)}
<p class="number" dir="ltr">${shown}</p>
${clearLink(language, kioskUrl)}`,
  );
}

/** Why there is nothing to do. */
export type CounterEnd = 'ended' | 'gone' | 'busy';

export function renderEnd(
  language: Language,
  { end, kioskUrl }: { readonly end: CounterEnd; readonly kioskUrl: string | null },
): string {
  const texts = counterTextsIn(language);
  return card(
    language,
    texts[`${end}Title`],
    `${paragraph(texts[`${end}Text`])}
${clearLink(language, kioskUrl)}`,
  );
}

const clearLink = (language: Language, kioskUrl: string | null): string =>
  kioskUrl === null
    ? ''
    : `<a class="button" href="${escapeHtml(kioskUrl)}">${escapeHtml(messagesIn(language).clearScreen)}</a>`;

function drawQr(text: string): string {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return `<svg class="qr" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" aria-hidden="true"><path d="${path}" fill="#000"/></svg>`;
}
