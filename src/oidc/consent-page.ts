import { texts as consentTexts } from '../../locales/compiled/server/consent/all.js';
import type { Texts as ConsentTexts } from '../../locales/compiled/server/consent/texts.js';
import { texts as claimLabels } from '../../locales/compiled/shared/claims/all.js';
import type { RegisteredClaim } from '../config/claims.js';
import type { ConsentWords } from '../connections/openid-client.js';
import { type Html, html } from '../core/base/html.js';
import type { Language } from '../core/base/languages.js';
import { addressMembers, isStandardClaim } from '../core/consented-data/claims.js';
import { toDay } from '../core/language.js';
import type { EpochMs } from '../core/units.js';
import type { Json } from '../errors.js';
import type { RenderedPage } from '../http/page-layout.js';
import { isolate, type Requester, renderPersonCard } from './card.js';

interface ShownClaim extends RegisteredClaim {
  readonly claim: string;
  readonly isEssential: boolean;
  readonly value: Json;
  /** Display name of the source. Absent if all claims come from one connection. */
  readonly source?: string | undefined;
}

export interface SilentSource {
  readonly decision: string;
  readonly name: string;
  readonly state: 'unanswered' | 'unlinked';
  readonly items: readonly Omit<ShownClaim, 'value' | 'source'>[];
}

export function renderConsentPage(
  language: Language,
  {
    requester,
    shown,
    until,
    organisation,
    items,
    answered = [],
    silent = [],
    canLink = false,
    notLinked = null,
  }: {
    readonly requester: Requester;
    readonly shown: string;
    /** `null` if the consent is for this check only. */
    readonly until: EpochMs | null;
    readonly organisation: string | null;
    readonly items: readonly ShownClaim[];
    readonly answered?: readonly string[];
    readonly silent?: readonly SilentSource[];
    readonly canLink?: boolean;
    readonly notLinked?: string | null;
  },
): RenderedPage {
  const texts = consentTexts[language];
  const words: Partial<ConsentWords> = requester.to.host === undefined ? requester.to : {};
  const part = (title: string, text: string, own: readonly ShownClaim[]): Html | null =>
    own.length === 0
      ? null
      : html`<fieldset>
<legend>${title}</legend>
<p>${text}</p>
<ul>
${own.map((item) => html`<li>${renderItem(language, item)}</li>\n`)}</ul>
</fieldset>`;
  const hasSeveralSources = answered.length + silent.length > 0;
  return renderPersonCard(
    language,
    words.title ?? texts.title({ application: requester.name }),
    html`${notLinked === null ? null : html`<p class="notice" role="status">${texts.notLinked({ source: notLinked })}</p>`}
<p>${hasSeveralSources ? texts.textOfSeveral : texts.text({ from: organisation })} ${requester.to.host === undefined ? requester.to.goesTo : html`${texts.goesTo} ${isolate('host', requester.to.host)}.`}</p>
<form method="post">
<input type="hidden" name="shown" value="${shown}">
${answered.map(
  (id) => html`<input type="hidden" name="answered" value="${id}">\n`,
)}${silent.map((source) => renderSilent(language, source, canLink))}
${part(
  texts.needed,
  texts.neededText,
  items.filter(({ isEssential }) => isEssential),
)}
${part(
  texts.optional,
  words.optionalText ?? texts.optionalText,
  items.filter(({ isEssential }) => !isEssential),
)}
${until === null ? null : html`<p>${texts.until({ date: toDay(until, language) })}</p>`}
<button class="strong" name="decision" value="agree">${texts.agree}</button>
<button name="decision" value="refuse">${texts.refuse}</button>
</form>`,
  );
}

const nameOf = (language: Language, { claim, label }: Pick<ShownClaim, 'claim' | 'label'>): string =>
  label?.[language] ?? (isStandardClaim(claim) ? claimLabels[language][claim] : (label?.en ?? claim));

function renderSilent(language: Language, { decision, name, state, items }: SilentSource, canLink: boolean): Html {
  const texts = consentTexts[language];
  const isUnlinked = state === 'unlinked';
  const button = html`<button name="decision" value="${decision}">${texts.link({ source: name })}</button>`;
  const retry = html`<a class="button" href="">${texts.tryAgain}</a>`;
  const wayOn = canLink ? button : html`<p>${texts.linkHere}</p>`;
  return html`<fieldset class="silent">
<legend><bdi>${isUnlinked ? texts.unlinked({ source: name }) : texts.unanswered({ source: name })}</bdi></legend>
<p>${isUnlinked ? texts.unlinkedText : texts.unansweredText}</p>
<ul>
${items.map((item) => {
  const { purpose } = item;
  return html`<li><span class="name"><bdi>${nameOf(language, item)}</bdi></span>
${isolate('purpose', purpose[language] ?? purpose.en)}</li>
`;
})}</ul>
${isUnlinked ? wayOn : retry}
</fieldset>`;
}

function renderItem(language: Language, item: ShownClaim): Html {
  const { claim, isEssential, purpose, value, source } = item;
  const texts = consentTexts[language];
  const body = html`<span><span class="name"><bdi>${nameOf(language, item)}</bdi></span>
${renderValue(texts, value)}
${source === undefined ? null : html`<span class="source">${texts.from} ${isolate('place', source)}</span>`}
${isolate('purpose', purpose[language] ?? purpose.en)}</span>`;
  if (isEssential) return body;
  return html`<label><input type="checkbox" name="claim" value="${claim}">${body}</label>`;
}

function renderValue(texts: ConsentTexts, value: Json): Html | readonly Html[] {
  if (value === null) return html`<span class="absent">${texts.absent}</span>`;
  if (typeof value === 'boolean') return isolate('value', value ? texts.yes : texts.no);
  if (typeof value !== 'object') return isolate('value', String(value));
  if (isList(value)) return value.map((each) => isolate('value', String(each)));
  return addressMembers.flatMap((member) => {
    const text = value[member];
    if (typeof text !== 'string') return [];
    return [
      html`<span class="member"><span class="name">${texts.address[member]}</span> ${isolate('value', text)}</span>\n`,
    ];
  });
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);
