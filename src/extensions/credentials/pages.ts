import { texts as credentialTexts } from '../../../locales/compiled/server/credentials/all.js';
import { paths } from '../../connections/openid-client.js';
import { html } from '../../core/base/html.js';
import type { Language } from '../../core/base/languages.js';
import { pageStyle, type RenderedPage } from '../../http/page-layout.js';
import { createCard, drawQr } from '../../oidc/card.js';
import type { CredentialOffer } from './offer-step.js';

/** QR code and digits are never visible together, so that a photo of the screen is useless. */
const renderCard = createCard(html`${pageStyle}
.qr { display: block; inline-size: min(100%, 18rem); margin: 0 auto .75rem; border-radius: .6rem; }
main:has(details[open]) .taking { display: none; }
details { margin-block-start: .75rem; border-block-start: 1px solid var(--line); }
summary { min-block-size: 3rem; padding-block: .75rem; font-weight: 600; cursor: pointer; }
.digits { display: block; direction: ltr; font-size: 2rem; font-weight: 600; letter-spacing: .2em; text-align: center; color: var(--ink); }
ol { margin: 0 0 .75rem; padding-inline-start: 1.5rem; color: var(--ink-soft); }
`);

export function renderStartPage(
  language: Language,
  {
    name,
    organisation,
    isAgain,
    request,
  }: {
    readonly name: string;
    readonly organisation: string | null;
    readonly isAgain: boolean;
    readonly request: Readonly<Record<string, string>>;
  },
): RenderedPage {
  const texts = credentialTexts[language];
  const fields = Object.entries(request).map(
    ([field, value]) => html`<input type="hidden" name="${field}" value="${value}">\n`,
  );
  return renderCard(
    language,
    texts.startTitle({ credential: name }),
    html`${isAgain ? html`<p role="status">${texts.nothing}</p>` : null}
<p>${texts.startText({ from: organisation })}</p>
<ol>
${texts.startSteps.map((step) => html`<li>${step}</li>\n`)}</ol>
<form method="get" action="..${paths.authorize}">
${fields}<button class="strong">${texts.begin}</button>
</form>`,
  );
}

export function renderOfferPage(
  language: Language,
  { name, link, code }: CredentialOffer & { readonly name: string },
): RenderedPage {
  const texts = credentialTexts[language];
  return renderCard(
    language,
    texts.offerTitle({ credential: name }),
    html`<div class="taking">
<p>${texts.scan}</p>
${drawQr(link, texts.qr, 'L')}
<a class="button strong" href="${link}">${texts.onThisPhone}</a>
</div>
<details>
<summary>${texts.askForCode}</summary>
<p>${texts.code} <span class="digits">${code}</span></p>
<p>${texts.codeText}</p>
</details>
<p>${texts.life}</p>`,
  );
}
