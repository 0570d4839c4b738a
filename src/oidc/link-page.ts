import { html } from '../base/html.js';
import { toDay } from '../core/letters/day.js';
import type { EpochMs } from '../core/units.js';
import type { RenderedPage } from '../http/page-layout.js';
import { consentTextsIn } from './consent-messages/index.js';
import { type Language, messagesIn } from './messages.js';
import { renderPersonCard } from './person-page.js';

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
): RenderedPage {
  const texts = consentTextsIn(language);
  const { userName, goOn } = messagesIn(language);
  return renderPersonCard(
    language,
    texts.link(source),
    html`<p id="text">${texts.linkText}</p>
<form method="post">
<input type="hidden" name="decision" value="${decision}">
<label class="field" for="username">${userName}</label>
<input class="field" id="username" name="username" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="256" aria-describedby="text">
<p>${texts.linkUntil(toDay(until, language))}</p>
<button class="strong">${goOn}</button>
<a class="button" href="">${texts.notNow}</a>
</form>`,
  );
}
