import { encode } from 'uqr';
import { paths } from '../../../adapters/openid-paths.js';
import { escapeHtml, policyOfPage } from '../../http/html.js';
import { pageStyle } from '../../http/page-style.js';
import { renderCard } from '../card.js';
import type { Language } from '../messages.js';
import { credentialTextsIn } from './messages/index.js';
import type { CredentialOffer } from './offer.js';

/** The code and the digits are never on the screen at the same time: a picture of it is of no use to anybody. */
const offerStyle = `${pageStyle}
.qr { display: block; inline-size: min(100%, 18rem); margin: 0 auto .75rem; border-radius: .6rem; }
main:has(details[open]) .taking { display: none; }
details { margin-block-start: .75rem; border-block-start: 1px solid var(--line); }
summary { min-block-size: 3rem; padding-block: .75rem; font-weight: 600; cursor: pointer; }
.digits { display: block; direction: ltr; font-size: 2rem; font-weight: 600; letter-spacing: .2em; text-align: center; color: var(--ink); }
ol { margin: 0 0 .75rem; padding-inline-start: 1.5rem; color: var(--ink-soft); }
`;

/** The page's Content-Security-Policy. */
export const offerPolicy = policyOfPage(offerStyle);

const dark = '#16202b';
const light = '#ffffff';

/** Invites a person to get a credential. The form begins the face check. */
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
    /** Whether the person comes back without one. */
    readonly isAgain: boolean;
    /** What the form asks of the provider. */
    readonly request: Readonly<Record<string, string>>;
  },
): string {
  const texts = credentialTextsIn(language);
  const fields = Object.entries(request)
    .map(([field, value]) => `<input type="hidden" name="${escapeHtml(field)}" value="${escapeHtml(value)}">`)
    .join('\n');
  return renderCard(
    language,
    texts.startTitle(name),
    `${isAgain ? `<p role="status">${escapeHtml(texts.nothing)}</p>` : ''}
<p>${escapeHtml(texts.startText(organisation))}</p>
<ol>
${texts.startSteps.map((step) => `<li>${escapeHtml(step)}</li>`).join('\n')}
</ol>
<form method="get" action="..${paths.authorize}">
${fields}
<button class="strong">${escapeHtml(texts.begin)}</button>
</form>`,
    offerStyle,
  );
}

/** Shows an offer: the code for the wallet, or the digits beside it. */
export function renderOfferPage(
  language: Language,
  { name, link, code }: CredentialOffer & { readonly name: string },
): string {
  const texts = credentialTextsIn(language);
  return renderCard(
    language,
    texts.offerTitle(name),
    `<div class="taking">
<p>${escapeHtml(texts.scan)}</p>
${drawQr(link, texts.qr)}
<a class="button strong" href="${escapeHtml(link)}">${escapeHtml(texts.onThisPhone)}</a>
</div>
<details>
<summary>${escapeHtml(texts.askForCode)}</summary>
<p>${escapeHtml(texts.code)} <span class="digits">${escapeHtml(code)}</span></p>
<p>${escapeHtml(texts.codeText)}</p>
</details>
<p>${escapeHtml(texts.life)}</p>`,
    offerStyle,
  );
}

/** Dark on light in both schemes: not every scanner takes the reverse. */
function drawQr(text: string, label: string): string {
  const { data, size } = encode(text, { border: 4 });
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return `<svg class="qr" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
<rect width="${size}" height="${size}" fill="${light}"/><path fill="${dark}" d="${squares.join('')}"/></svg>`;
}
