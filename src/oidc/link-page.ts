import { texts as consentTexts } from '../../locales/compiled/server/consent/all.js';
import { texts as signInTexts } from '../../locales/compiled/server/sign-in/all.js';
import { html } from '../core/base/html.js';
import { toDay } from '../core/language.js';
import type { EpochMs } from '../core/units.js';
import type { RenderedPage } from '../http/page-layout.js';
import type { Language } from './language.js';
import { renderPersonCard } from './person-page.js';

export function renderLinkPage(
  language: Language,
  {
    source,
    decision,
    until,
  }: {
    readonly source: string;
    readonly decision: string;
    readonly until: EpochMs;
  },
): RenderedPage {
  const texts = consentTexts[language];
  const { userName, goOn } = signInTexts[language];
  return renderPersonCard(
    language,
    texts.link({ source }),
    html`<p id="text">${texts.linkText}</p>
<form method="post">
<input type="hidden" name="decision" value="${decision}">
<label class="field" for="username">${userName}</label>
<input class="field" id="username" name="username" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="256" aria-describedby="text">
<p>${texts.linkUntil({ date: toDay(until, language) })}</p>
<button class="strong">${goOn}</button>
<a class="button" href="">${texts.notNow}</a>
</form>`,
  );
}
