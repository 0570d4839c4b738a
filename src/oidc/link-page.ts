import { toDay } from '../core/letters/day.js';
import type { EpochMs } from '../core/units.js';
import { escapeHtml } from '../http/html.js';
import { renderCard } from './card.js';
import { consentTextsIn } from './consent-messages/index.js';
import { type Language, messagesIn } from './messages.js';

/** Asks by which name a person is known at another connection. The answer is sent to the address of the page. */
export function renderLinkPage(
  language: Language,
  {
    source,
    decision,
    until,
  }: {
    /** What people know the other connection as. */
    readonly source: string;
    /** What the form says, beside the name. */
    readonly decision: string;
    /** When the link would end by itself. */
    readonly until: EpochMs;
  },
): string {
  const texts = consentTextsIn(language);
  const { userName, goOn } = messagesIn(language);
  return renderCard(
    language,
    texts.link(source),
    `<p id="text">${escapeHtml(texts.linkText)}</p>
<form method="post">
<input type="hidden" name="decision" value="${escapeHtml(decision)}">
<label class="field" for="username">${escapeHtml(userName)}</label>
<input class="field" id="username" name="username" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="256" aria-describedby="text">
<p>${escapeHtml(texts.linkUntil(toDay(until, language)))}</p>
<button class="strong">${escapeHtml(goOn)}</button>
<a class="button" href="">${escapeHtml(texts.notNow)}</a>
</form>`,
  );
}
