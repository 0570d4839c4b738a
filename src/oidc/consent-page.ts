import type { Json } from '../base/json.js';
import type { RegisteredClaim } from '../config/claims.js';
import { addressMembers, isStandardClaim } from '../core/consented-data/claims.js';
import { toDay } from '../core/letters/day.js';
import type { EpochMs } from '../core/units.js';
import { escapeHtml } from '../http/html.js';
import { renderCard } from './card.js';
import { consentTextsIn } from './consent-messages/index.js';
import type { ConsentTexts } from './consent-messages/texts.js';
import type { Language } from './messages.js';
import { type Asker, isolate } from './person-page.js';

/** One claim as it is shown. */
interface ShownClaim extends RegisteredClaim {
  readonly claim: string;
  readonly isEssential: boolean;
  /** `null`: the profile has none. */
  readonly value: Json;
  /** Whose it is, as people know them; absent where all is one connection's. */
  readonly source?: string | undefined;
}

/** A connection that the client asks for claims of, and that has told none. */
export interface SilentSource {
  /** What its button says, where it can be linked now. */
  readonly decision: string;
  /** As people know it. */
  readonly name: string;
  readonly state: 'unanswered' | 'unlinked';
  readonly items: readonly Omit<ShownClaim, 'value' | 'source'>[];
}

/** Asks a person whether a client may be told these values. The answer is sent to the address of the page. */
export function renderConsentPage(
  language: Language,
  {
    asker,
    shown,
    until,
    organisation,
    items,
    answered = [],
    silent = [],
    canLink = false,
    notLinked = null,
  }: {
    readonly asker: Asker;
    /** Names what is shown, so that the answer is to it. */
    readonly shown: string;
    /** When the consent ends by itself. */
    readonly until: EpochMs;
    readonly organisation: string | null;
    readonly items: readonly ShownClaim[];
    /** Ids of the other connections whose claims are among the items. */
    readonly answered?: readonly string[];
    readonly silent?: readonly SilentSource[];
    /** Whether accounts can be linked from here. */
    readonly canLink?: boolean;
    /** The connection, as people know it, whose account was to be linked a moment ago and was not. */
    readonly notLinked?: string | null;
  },
): string {
  const texts = consentTextsIn(language);
  const part = (title: string, text: string, own: readonly ShownClaim[]): string =>
    own.length === 0
      ? ''
      : `<fieldset>
<legend>${escapeHtml(title)}</legend>
<p>${escapeHtml(text)}</p>
<ul>
${own.map((item) => `<li>${renderItem(language, item)}</li>`).join('\n')}
</ul>
</fieldset>`;
  const isOfSeveral = answered.length + silent.length > 0;
  return renderCard(
    language,
    asker.to === 'wallet' ? texts.cardTitle(asker.name) : texts.title(asker.name),
    `${notLinked === null ? '' : `<p class="notice" role="status">${escapeHtml(texts.notLinked(notLinked))}</p>`}
<p>${escapeHtml(isOfSeveral ? texts.textOfSeveral : texts.text(organisation))} ${renderDestination(texts, asker)}</p>
<form method="post">
<input type="hidden" name="shown" value="${escapeHtml(shown)}">
${answered.map((id) => `<input type="hidden" name="answered" value="${escapeHtml(id)}">`).join('\n')}
${silent.map((source) => renderSilent(language, source, canLink)).join('\n')}
${part(
  texts.needed,
  texts.neededText,
  items.filter(({ isEssential }) => isEssential),
)}
${part(
  texts.optional,
  asker.to === 'wallet' ? texts.cardOptionalText : texts.optionalText,
  items.filter(({ isEssential }) => !isEssential),
)}
${asker.to === 'counter' ? '' : `<p>${escapeHtml(texts.until(toDay(until, language)))}</p>`}
<button class="strong" name="decision" value="agree">${escapeHtml(texts.agree)}</button>
<button name="decision" value="refuse">${escapeHtml(texts.refuse)}</button>
</form>`,
  );
}

const renderDestination = (texts: ConsentTexts, { to }: Asker): string => {
  if (typeof to === 'object') return `${escapeHtml(texts.goesTo)} ${isolate('host', to.host)}.`;
  return escapeHtml(to === 'counter' ? texts.atCounter : texts.cardGoesTo);
};

const nameOf = (language: Language, { claim, label }: Pick<ShownClaim, 'claim' | 'label'>): string =>
  label?.[language] ?? (isStandardClaim(claim) ? consentTextsIn(language).labels[claim] : (label?.en ?? claim));

/** What a connection would tell, and why it does not; and, where that helps, how it would. */
function renderSilent(language: Language, { decision, name, state, items }: SilentSource, canLink: boolean): string {
  const texts = consentTextsIn(language);
  const isUnlinked = state === 'unlinked';
  const button = `<button name="decision" value="${escapeHtml(decision)}">${escapeHtml(texts.link(name))}</button>`;
  const retry = `<a class="button" href="">${escapeHtml(texts.tryAgain)}</a>`;
  const wayOn = canLink ? button : `<p>${escapeHtml(texts.linkHere)}</p>`;
  return `<fieldset class="silent">
<legend><bdi>${escapeHtml(isUnlinked ? texts.unlinked(name) : texts.unanswered(name))}</bdi></legend>
<p>${escapeHtml(isUnlinked ? texts.unlinkedText : texts.unansweredText)}</p>
<ul>
${items
  .map((item) => {
    const { purpose } = item;
    return `<li><span class="name"><bdi>${escapeHtml(nameOf(language, item))}</bdi></span>
${isolate('purpose', purpose[language] ?? purpose.en)}</li>`;
  })
  .join('\n')}
</ul>
${isUnlinked ? wayOn : retry}
</fieldset>`;
}

function renderItem(language: Language, item: ShownClaim): string {
  const { claim, isEssential, purpose, value, source } = item;
  const texts = consentTextsIn(language);
  const body = `<span><span class="name"><bdi>${escapeHtml(nameOf(language, item))}</bdi></span>
${renderValue(texts, value)}
${source === undefined ? '' : `<span class="source">${escapeHtml(texts.from)} ${isolate('place', source)}</span>`}
${isolate('purpose', purpose[language] ?? purpose.en)}</span>`;
  if (isEssential) return body;
  return `<label><input type="checkbox" name="claim" value="${escapeHtml(claim)}">${body}</label>`;
}

function renderValue(texts: ConsentTexts, value: Json): string {
  if (value === null) return `<span class="absent">${escapeHtml(texts.absent)}</span>`;
  if (typeof value === 'boolean') return isolate('value', value ? texts.yes : texts.no);
  if (typeof value !== 'object') return isolate('value', String(value));
  if (isList(value)) return value.map((each) => isolate('value', String(each))).join('\n');
  return addressMembers
    .flatMap((member) => {
      const text = value[member];
      if (typeof text !== 'string') return [];
      const line = `<span class="name">${escapeHtml(texts.address[member])}</span> ${isolate('value', text)}`;
      return [`<span class="member">${line}</span>`];
    })
    .join('\n');
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);
