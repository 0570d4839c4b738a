import { texts as allTexts } from '../../locales/compiled/server/recovery/all.js';
import { type Html, html } from '../core/base/html.js';
import type { Connection } from '../core/connection.js';
import type { SupportedLanguage } from '../core/language.js';
import type { Delivery } from '../core/ports.js';
import type { SecondThing } from '../core/second-things.js';
import { type EpochMs, toIso } from '../core/units.js';
import type { FaceErrorCode } from '../errors.js';
import { createPageLayout, formStyle, pageStyle, type RenderedPage, renderLanguages } from '../http/page-layout.js';
import type { Ending } from './issue.js';
import { toShownTime } from './notices.js';
import { recoveryAt } from './record.js';
import { approvalsNeeded, type StageNow, type StageOf } from './stage.js';

/* Pages of a recovery. They work without their script, and the credential is in one reply only. */

/** Shows times in the person's time zone, and copies the credential. */
const script = html`for (const time of document.querySelectorAll('time'))
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long', timeStyle: 'short' })
    .format(new Date(time.dateTime));
const copy = document.querySelector('[data-copied]');
if (copy) {
  copy.hidden = false;
  copy.onclick = () => navigator.clipboard.writeText(document.querySelector('output').textContent)
    .then(() => { copy.textContent = copy.dataset.copied; });
}
`;

const style = html`${pageStyle}${formStyle}
section { padding-block: 1rem; border-block-start: 1px solid var(--line-strong); }
[role="alert"] + section { margin-block-start: 1rem; }
section:last-of-type { padding-block-end: 0; }
section h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
output {
  display: block; margin: .5rem 0 1rem; font: 700 1.5rem/1.3 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  text-align: center; direction: ltr; user-select: all;
}
output span + span { margin-inline-start: .4em; }
[hidden] { display: none; }
:is(button, .button) + p { margin-block-start: .75rem; }
.organisation { font-weight: 600; margin-block-end: .25rem; }
`;
const layout = createPageLayout(style, "'self'", script);

export type Alert = keyof typeof allTexts.en.alert;

export const isAlert = (text: string | null): text is Alert => text !== null && Object.hasOwn(allTexts.en.alert, text);

export const recoveryPath = (connection: string, below: string = ''): string =>
  `/recover/${encodeURIComponent(connection)}${below}`;

interface Shown {
  readonly language: SupportedLanguage;
  readonly connection: Connection;
  readonly alert: Alert | null;
  /** Link to the help desk, with its text. */
  readonly help: string | null;
}

/** Channels without delivery are a fact of the server, so the page is the same for all names. */
type ShownStage = Shown &
  Pick<Delivery, 'outbox'> & {
    /** True if nothing is missing for the next step, which the page then posts. */
    readonly mayContinue: boolean;
  };

/** Returns the text of a link: the number, the address, or the place on the web. */
const toLinkText = (link: string): string => link.replace(/^(tel:|mailto:|https:\/\/)/, '');

/** Fills in a time, which the script shows in the person's time zone. */
function withTime(text: (given: { time: string }) => string, time: EpochMs, language: SupportedLanguage): Html {
  const [before = '', after = ''] = text({ time: '\n' }).split('\n');
  return html`<p>${before}<time datetime="${toIso(time)}">${toShownTime(time, language)}</time>${after}</p>`;
}

function titled(title: string, { language, connection, alert, help }: Shown, body: Html, nav: Html | null = null) {
  const { organisation } = connection.policy;
  return layout(
    language,
    title,
    html`<main>
${organisation === null ? null : html`<p class="organisation"><bdi>${organisation}</bdi></p>`}
<h1>${title}</h1>
${alert === null ? null : html`<p role="alert">${allTexts[language].alert[alert]}</p>`}
${body}
</main>
${help === null ? null : html`<nav>${allTexts[language].helpDesk}: <a href="${help}" dir="ltr">${toLinkText(help)}</a></nav>`}
${nav}`,
  );
}

const button = (connection: Connection, act: string, label: string, fields: Html | null = null): Html =>
  html`<form method="post" action="${recoveryPath(connection.id, `/${act}`)}">
${fields}
<button class="strong">${label}</button>
</form>`;

const isTrialAt = (connection: Connection): boolean => recoveryAt(connection).policy.mode === 'evaluation';

/** The first page, where a person names their account. */
export function renderStart({
  link = null,
  ...shown
}: Shown & {
  /** Secret of a link of the help desk, which names the account. */
  readonly link?: string | null;
}): RenderedPage {
  const { language, connection } = shown;
  const texts = allTexts[language];
  if (shown.alert === 'refused') return titled(texts.title, shown, html``);
  const trial = isTrialAt(connection) ? html`<p>${texts.trial}</p>` : null;
  if (link !== null) {
    const field = html`<input type="hidden" name="t" value="${link}">`;
    return titled(
      texts.title,
      shown,
      html`<p>${texts.text}</p>${trial}${button(connection, 'link', texts.next, field)}`,
    );
  }
  const body = html`<p>${texts.text}</p>${trial}
<form method="post" action="${recoveryPath(connection.id, '/begin')}?lang=${language}">
<label for="username">${texts.userName}</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="256">
<button class="strong">${texts.next}</button>
</form>`;
  return titled(texts.title, shown, body, renderLanguages(recoveryPath(connection.id), texts.languages));
}

function signInLink({ language, connection }: Shown): Html | null {
  const address = recoveryAt(connection).issuer?.signInUrl ?? null;
  const { signIn } = allTexts[language].credential;
  return address === null
    ? null
    : html`<a class="button" href="${address}" target="_blank" rel="noreferrer">${signIn}</a>`;
}

function again({ language, connection, mayContinue }: ShownStage): Html {
  const { next, approval } = allTexts[language];
  return button(connection, 'step', mayContinue ? next : approval.again);
}

const restart = ({ language, connection }: Shown): Html =>
  html`<a class="button" href="${recoveryPath(connection.id)}?lang=${language}">${allTexts[language].ended.restart}</a>`;

function renderSecondThing(
  thing: SecondThing,
  { code }: StageOf<'proving'>,
  { language, connection, outbox }: ShownStage,
): Html {
  const { second } = allTexts[language];
  const heading = `about-${thing}`;
  const isSent = code?.thing === thing;
  const form = (act: 'prove' | 'send', label: string, field: Html | null = null): Html =>
    html`<form method="post" action="${recoveryPath(connection.id, `/${act}`)}">
<input type="hidden" name="thing" value="${thing}">
${field}
<button${isSent && act === 'prove' ? html` class="strong"` : null} aria-describedby="${heading}">${label}</button>
</form>`;
  const field = (mode: 'numeric' | 'text'): Html => html`<label for="${thing}">${second.code}</label>
<input id="${thing}" name="code" aria-describedby="${heading}" inputmode="${mode}" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" required maxlength="64">`;
  const about = (text: string | null, forms: Html): Html =>
    html`<section><h2 id="${heading}">${second[thing]}</h2>${text === null ? null : html`<p>${text}</p>`}${forms}</section>`;
  // In a trial, no one approves.
  if (isTrialAt(connection) && (thing === 'help_desk' || thing === 'manager'))
    return about(null, form('prove', second.use));
  switch (thing) {
    case 'recovery_code':
      return about(second.recovery_codeText, form('prove', second.use, field('text')));
    case 'other_email':
    case 'phone': {
      const send = form('send', second.send);
      const isDelivered = !outbox.includes(thing === 'phone' ? 'sms' : 'email');
      const sent = isDelivered ? second.sent : second.notSent;
      return about(isSent ? sent : null, isSent ? html`${form('prove', second.use, field('numeric'))}${send}` : send);
    }
    case 'manager':
      return about(outbox.includes('email') ? second.noManagerEmail : second.managerText, form('prove', second.use));
    case 'known_device':
    case 'document':
    case 'help_desk':
      return about(second[`${thing}Text`], form('prove', second.use));
  }
}

function renderApproval(
  { proof, managerStepUp, sending }: StageOf<'approval'>,
  number: string,
  shown: ShownStage,
): RenderedPage {
  const { approval } = allTexts[shown.language];
  const isManagerAsked = (managerStepUp !== null || sending !== null) && !shown.outbox.includes('email');
  const needed = approvalsNeeded(proof);
  const toText = (): string => {
    if (proof.delay !== null) return approval.privileged;
    if (proof.secondThing !== 'manager') return approval.help_desk;
    return isManagerAsked ? approval.manager : approval.managerNotAsked;
  };
  const body = html`<p>${toText()}</p>
<output translate="no">${number}</output>
<p>${approval.count({ count: proof.approvals.length, needed })}</p>
${again(shown)}`;
  return titled(approval.title, shown, body);
}

function renderRefused(reason: FaceErrorCode | null, shown: Shown): RenderedPage {
  const { ended } = allTexts[shown.language];
  // Another attempt would end in the same way.
  const isFinal = reason === 'recovery_too_soon' || reason === 'recovery_privileged' || reason === 'provider_refused';
  const texts: { readonly [Code in FaceErrorCode]?: string } = { ...ended, provider_refused: ended.credential_refused };
  const text = (reason === null ? undefined : texts[reason]) ?? ended.other;
  return titled(ended.refusedTitle, shown, html`<p>${text}</p>${isFinal ? null : restart(shown)}`);
}

/** The page of the current stage. */
export function renderStage(stage: StageNow, number: string, shown: ShownStage): RenderedPage {
  const { language, connection } = shown;
  const { second, face, delay, ready, ended } = allTexts[language];
  // While an approval is missing, the person still needs the number.
  if (shown.mayContinue && stage.kind !== 'approval') return titled(face.title, shown, again(shown));
  switch (stage.kind) {
    case 'proving': {
      const offered = recoveryAt(connection).policy.secondThings.filter(
        (thing) => thing !== 'recovery_code' || connection.policy.anotherWay.recoveryCodes,
      );
      // The one with a code on its way comes first, so that no one has to look for its field.
      const isSent = (thing: SecondThing): boolean => thing === stage.code?.thing;
      const ordered = offered.toSorted((a, b) => Number(isSent(b)) - Number(isSent(a)));
      const things = ordered.map((thing) => renderSecondThing(thing, stage, shown));
      if (things.length === 0) return titled(second.title, shown, html`<p>${ended.other}</p>`);
      return titled(second.title, shown, html`${things}`);
    }
    case 'face':
    case 'checked':
      return titled(face.title, shown, html`<p>${face.text}</p>${button(connection, 'face', face.start)}`);
    case 'approval':
      return renderApproval(stage, number, shown);
    case 'delay': {
      const { notBefore } = stage.proof.delay;
      const wait = notBefore === null ? null : withTime(delay.text, notBefore, language);
      return titled(delay.title, shown, html`${wait}${again(shown)}`);
    }
    case 'ready': {
      const body = html`<p>${ready.text}</p>${button(connection, 'credential', ready.show)}`;
      return titled(ready.title, shown, body);
    }
    case 'shown': {
      const { title, text, revoke } = allTexts[language].shown;
      const noted = button(connection, 'noted', allTexts[language].credential.noted);
      return titled(title, shown, html`<p>${text}</p>${noted}${button(connection, 'revoke', revoke)}`);
    }
    case 'recovered':
      return titled(ended.title, shown, html`<p>${ended.done}</p>${signInLink(shown)}`);
    case 'evaluated':
      return titled(ended.title, shown, html`<p>${ended.evaluated}</p>`);
    case 'stopped':
    case 'revoked':
      return titled(ended.refusedTitle, shown, html`<p>${ended.revoked}</p>${restart(shown)}`);
    case 'revoking':
      if (stage.reason !== null) return renderRefused(stage.reason, shown);
      return titled(ended.refusedTitle, shown, html`<p>${ended.revoked}</p>${restart(shown)}`);
    case 'refused':
      return renderRefused(stage.reason, shown);
    case 'issuing':
    case 'expired':
      return renderRefused(null, shown);
  }
}

/** The page with the credential, which no other reply contains. */
export function renderEnding(ending: Exclude<Ending, { kind: 'over' }>, shown: Shown): RenderedPage {
  const { language, connection } = shown;
  const texts = allTexts[language];
  switch (ending.kind) {
    case 'receipt': {
      const { returnUrl } = recoveryAt(connection).policy;
      const address = ending.receipt.use((receipt) => `${returnUrl ?? ''}#recovery_receipt=${receipt}`);
      const { title, next } = texts.receipt;
      return titled(title, shown, html`<a class="button strong" href="${address}">${next}</a>`);
    }
    default: {
      const { kind, credential, expiresAt } = ending;
      const { noted, rule, until, gaps, copy, copied } = texts.credential;
      const groups = credential
        .use((text) => text.match(/.{1,4}/gsu) ?? [])
        .map((group) => html`<span>${group}</span>`);
      const body = html`<output translate="no">${groups}</output>
<button type="button" data-copied="${copied}" hidden>${copy}</button>
<p>${texts.credential[`${kind}Text`]} ${gaps}</p>
${expiresAt === null ? null : withTime(until, expiresAt, language)}
${signInLink(shown)}
<p>${rule}</p>
${button(connection, 'noted', noted)}`;
      return titled(texts.credential[kind], shown, body);
    }
  }
}
