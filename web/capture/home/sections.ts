import type { Texts as HomeWords } from '../../../locales/compiled/capture/home/texts.js';
import { texts as claimLabels } from '../../../locales/compiled/shared/claims/all.js';
import type { Language } from '../../../src/core/base/languages.js';
import { isStandardClaim } from '../../../src/core/consented-data/claims.js';
import {
  type CallerPin,
  type Check,
  type Checks,
  checksReply,
  dataConsentsReply,
  devicesReply,
  exportReply,
  linksReply,
  madeCallerPinReply,
  notMeLinkReply,
  type Service,
  type ShownDataConsent,
  type ShownLink,
  servicesReply,
} from '../../../src/core/home-protocol.js';
import { download } from '../../shared/download.js';
import { actions, button, el, facts, paragraph, yesOrNo } from '../dom.js';
import type { Page } from '../page.js';
import type { PageApi } from '../page-api.js';
import { showRecoveryCodes } from '../screens/ways.js';
import { type Enrolment, emptyReply } from '../view.js';
import { noticeSection } from './notices.js';
import { isolate, type Outcome, type Press, type Section, showMessage } from './section.js';

const readChecks = (api: PageApi, cursor: string | null): Promise<Checks> =>
  api.call({ method: 'POST', path: '/checks', body: cursor === null ? {} : { cursor }, reply: checksReply });

export const checks: Section = {
  name: 'checks',
  async read({ page, api }) {
    let { checks: shown, cursor } = await readChecks(api, null);
    let first: number | null = null;
    const more = async (): Promise<Outcome> => {
      const older = await readChecks(api, cursor);
      first = shown.length;
      shown = [...shown, ...older.checks];
      cursor = older.cursor;
      return { kind: 'shown' };
    };
    const report = async ({ id }: Check): Promise<Outcome> => {
      const body = { id };
      const { secret } = await api.call({ method: 'POST', path: '/checks/not-me', body, reply: notMeLinkReply });
      location.assign(api.notMeUrl(secret));
      return { kind: 'shown' };
    };
    return (words, press) => {
      const format = new Intl.DateTimeFormat(page.locale, { dateStyle: 'medium', timeStyle: 'short' });
      const toItem = (check: Check, at: number): HTMLLIElement =>
        el(
          'li',
          { tabindex: at === first ? '-1' : null, 'data-first': at === first },
          el('strong', { class: `outcome ${toneOf(check)}` }, words.events[check.event]),
          check.reason === null ? null : paragraph(words.reasons[check.reason]),
          whenAndWhere(check, format, words),
          button('link', words.notMe, () => press(() => report(check))),
        );
      return [
        paragraph(shown.length === 0 ? words.noChecks : words.checksText, 'lead'),
        shown.length === 0 ? null : el('ul', { class: 'entries' }, ...shown.map(toItem)),
        cursor === null ? null : button('quiet', words.olderChecks, () => press(more)),
      ];
    };
  },
};

const toneOf = ({ event }: Check): 'good' | 'bad' | 'plain' => {
  if (event.endsWith('_passed') || event === 'enrolled') return 'good';
  return event.endsWith('_refused') ? 'bad' : 'plain';
};

function whenAndWhere({ at, application, device }: Check, format: Intl.DateTimeFormat, words: HomeWords): HTMLElement {
  return el(
    'p',
    { class: 'fine' },
    el('time', { datetime: at }, format.format(Date.parse(at))),
    ...(application === null ? [] : [` · ${words.application} `, el('bdi', {}, application)]),
    ` · ${device === null ? words.deviceUnknown : words.device(device)}`,
  );
}

const consents: Section = {
  name: 'consents',
  async read({ page, api }) {
    const { dataConsents } = await api.call({ method: 'GET', path: '/data-consents', reply: dataConsentsReply });
    const end = async ({ client, name }: ShownDataConsent): Promise<Outcome> => {
      await api.call({ method: 'POST', path: '/data-consents/withdraw', body: { client }, reply: emptyReply });
      return showMessage((words) => words.consentEnded({ application: isolate(name) }));
    };
    return (words, press) => {
      const list = new Intl.ListFormat(page.language);
      if (dataConsents.length === 0) return [paragraph(words.noConsents, 'lead')];
      const entries = dataConsents.map((consent) => ({
        name: consent.name,
        what: list.format(namesOf(consent, page.language)),
        since: consent.givenAt,
        until: consent.expiresAt,
        ending: words.endConsent({ application: isolate(consent.name) }),
        end: () => end(consent),
      }));
      return [paragraph(words.consentsText, 'lead'), toEntries(entries, { page, words, press })];
    };
  },
};

const namesOf = ({ claims, labels }: ShownDataConsent, language: Language): string[] =>
  claims.map((claim) => {
    const label = labels[claim];
    const standard = isStandardClaim(claim) ? claimLabels[language][claim] : claim;
    return isolate(label?.[language] ?? (isStandardClaim(claim) ? standard : (label?.en ?? claim)));
  });

interface Entry {
  readonly name: string;
  readonly what: string | null;
  readonly since: string;
  readonly until: string;
  readonly ending: string;
  readonly end: () => Promise<Outcome>;
}

function toEntries(entries: readonly Entry[], { page, words, press }: { page: Page; words: HomeWords; press: Press }) {
  return el(
    'ul',
    { class: 'entries' },
    ...entries.map(({ name, what, since, until, ending, end }) =>
      el(
        'li',
        {},
        el('strong', {}, el('bdi', {}, name)),
        what === null ? null : el('p', {}, what),
        paragraph(words.consentSince({ since: page.day(since), until: page.day(until) }), 'fine'),
        button('danger', ending, () => press(end)),
      ),
    ),
  );
}

const shownOn = new WeakSet<Page>();

/** Section of linked accounts, hidden if there are none. */
export const links: Section = {
  name: 'links',
  async read({ page, api }) {
    const { links: linked } = await api.call({ method: 'GET', path: '/links', reply: linksReply });
    if (linked.length === 0 && !shownOn.has(page)) return null;
    shownOn.add(page);
    const end = async ({ connection, name }: ShownLink): Promise<Outcome> => {
      await api.call({ method: 'POST', path: '/links/end', body: { connection }, reply: emptyReply });
      return showMessage((words) => words.linkEnded({ name: isolate(name) }));
    };
    return (words, press) => {
      if (linked.length === 0) return [paragraph(words.noLinks, 'lead')];
      const entries = linked.map((link) => ({
        name: link.name,
        what: null,
        since: link.linkedAt,
        until: link.expiresAt,
        ending: words.endLink({ name: isolate(link.name) }),
        end: () => end(link),
      }));
      return [paragraph(words.linksText, 'lead'), toEntries(entries, { page, words, press })];
    };
  },
};

/**
 * Section of the passkey, recovery codes, remembered places and the PIN for the help desk. Passkey and codes belong to
 * the enrolment and are revoked with it. A passkey that opens the token cannot be removed here.
 */
const devices: Section = {
  name: 'devices',
  async read({ page, api }) {
    const held = await api.call({ method: 'GET', path: '/devices', reply: devicesReply });
    const { passkey, recoveryCodes, knownPlaces } = held;
    let callerPin: CallerPin | null = null;
    const makeCallerPin = async (): Promise<Outcome> => {
      callerPin = await api.call({ method: 'POST', path: '/caller-pin', body: {}, reply: madeCallerPinReply });
      return { kind: 'shown' };
    };
    const forget = async (): Promise<Outcome> => {
      await api.call({ method: 'POST', path: '/devices/forget', body: {}, reply: emptyReply });
      return showMessage((words) => words.placesForgotten);
    };
    const addPasskey = async (): Promise<Outcome> => {
      const { usePasskey } = await import('../passkey.js');
      const { ceremony, options } = await api.startPasskey();
      await api.addPasskey(await usePasskey(ceremony, options));
      return showMessage((words) => words.passkeyAdded);
    };
    const removePasskey = async (): Promise<Outcome> => {
      await api.removePasskey();
      return showMessage((words) => words.passkeyRemoved);
    };
    const makeCodes = async (): Promise<Outcome> => {
      await showRecoveryCodes({ page, api });
      return { kind: 'message', message: null };
    };
    return (words, press) => {
      const newCodes = held.mayMakeCodes ? button('quiet', words.makeCodes, () => press(makeCodes)) : null;
      const items: HTMLLIElement[] = [];
      const add = (name: string, text: string, ...more: readonly HTMLElement[]): void =>
        void items.push(el('li', {}, el('strong', {}, name), paragraph(text), ...more));
      if (held.mayMakeCallerPin) {
        const pin = callerPin === null ? [] : showCallerPin(callerPin, page, words);
        const showPin = button('quiet', words.showCallerPin, () => press(makeCallerPin));
        add(words.callerPin, words.callerPinText, ...pin, showPin);
      }
      const newPasskey = passkey === null ? words.addPasskey : words.replacePasskey;
      if (held.mayChangePasskey)
        add(
          words.passkey,
          passkey === null ? words.noPasskey : words.passkeyText,
          paragraph(words.passkeySignIn, 'fine'),
          button('quiet', newPasskey, () => press(addPasskey)),
          ...(passkey === null ? [] : [button('danger', words.removePasskey, () => press(removePasskey))]),
        );
      else if (passkey !== null) add(words.passkey, words.passkeyText);
      if (recoveryCodes !== null) {
        const text = words.recoveryCodesText({ left: recoveryCodes.left, made: page.day(recoveryCodes.madeAt) });
        add(words.recoveryCodes, text, newCodes ?? paragraph(words.makeCodesElsewhere, 'fine'));
      }
      if (knownPlaces !== null) {
        const { devices: count, networks, expiresAt } = knownPlaces;
        const until = expiresAt === null ? null : page.day(expiresAt);
        const text = words.knownPlacesText({ devices: count, networks, until });
        add(
          words.knownPlaces,
          text,
          button('danger', words.forgetPlaces, () => press(forget)),
        );
      }
      const list = items.length === 0 ? paragraph(words.noDevices, 'lead') : el('ul', { class: 'entries' }, ...items);
      return [list, recoveryCodes === null ? newCodes : null];
    };
  },
};

function showCallerPin({ pin, expiresAt }: CallerPin, page: Page, words: HomeWords): HTMLElement[] {
  const time = new Intl.DateTimeFormat(page.locale, { timeStyle: 'short' }).format(Date.parse(expiresAt));
  return [
    el('p', { class: 'code long', dir: 'ltr', tabindex: '-1', 'data-first': true }, pin),
    paragraph(words.callerPinUntil({ time }), 'fine'),
  ];
}

const enrolment: Section = {
  name: 'enrolment',
  async read({ page, api }) {
    const { enrolment: held, mayRenew } = await api.readEnrolment();
    const renew = async (): Promise<Outcome> => ({ kind: 'view', view: await api.renew() });
    const revoke = async (): Promise<Outcome> => {
      if (!(await confirmRevocation(page))) return { kind: 'message', message: null };
      await api.revoke();
      return showMessage((_words, { manage }) => manage.revoked);
    };
    return (words, press) => {
      const { manage } = page.words;
      const texts =
        held === null
          ? { text: manage.none, renew: manage.enrol, elsewhere: words.setUpElsewhere }
          : { text: manage.text, renew: manage.renew, elsewhere: words.renewElsewhere };
      return [
        paragraph(texts.text, 'lead'),
        held === null ? null : describe(held, page),
        mayRenew ? null : paragraph(texts.elsewhere, 'fine'),
        actions(
          mayRenew ? button('quiet', texts.renew, () => press(renew)) : null,
          held === null ? null : button('danger', manage.revoke, () => press(revoke)),
        ),
      ];
    };
  },
};

function describe({ enrolledAt, purpose, expiresAt }: Enrolment, page: Page): HTMLDListElement {
  const { manage } = page.words;
  return facts([
    [manage.purpose, purpose],
    [manage.enrolledAt, enrolledAt === null ? null : page.day(enrolledAt)],
    [manage.expiresAt, expiresAt === null ? manage.untilRevoked : page.day(expiresAt)],
  ]);
}

/** Confirms the revocation, the only irreversible action here (WCAG 2.2, criterion 3.3.4). */
function confirmRevocation(page: Page): Promise<boolean> {
  return page.ask((words, choose) => ({
    screen: 'revoke',
    heading: words.manage.confirmHeading,
    body: [
      paragraph(words.manage.confirmText, 'lead'),
      yesOrNo(choose, words.manage.confirm, words.manage.keep, { yes: 'danger' }),
    ],
  }));
}

const services: Section = {
  name: 'services',
  async read({ page, api }) {
    const { services: listed } = await api.call({ method: 'GET', path: '/services', reply: servicesReply });
    if (listed.length === 0) return null;
    return () => [el('ul', { class: 'entries' }, ...listed.map((service) => toItem(service, page.language)))];
  },
};

function toItem({ name, url, text }: Service, language: Language): HTMLLIElement {
  const about = text?.[language] ?? text?.en;
  return el(
    'li',
    {},
    el('a', { class: 'service', href: url, rel: 'noreferrer' }, el('bdi', {}, name)),
    about === undefined ? null : el('p', {}, el('bdi', {}, about)),
    el('p', { class: 'fine' }, el('bdi', { dir: 'ltr' }, new URL(url).host)),
  );
}

const ownData: Section = {
  name: 'ownData',
  async read({ api }) {
    const save = async (): Promise<Outcome> => {
      const held = await api.call({ method: 'POST', path: '/export', body: {}, reply: exportReply });
      const day = new Date().toISOString().slice(0, 10);
      download(`own-data-${day}.json`, 'application/json', JSON.stringify(held, null, 2));
      return showMessage((words) => words.dataSaved);
    };
    return (words, press) => [paragraph(words.ownDataText, 'lead'), button('quiet', words.saveData, () => press(save))];
  },
};

export const sections: readonly Section[] = [
  enrolment,
  services,
  checks,
  consents,
  links,
  devices,
  noticeSection,
  ownData,
];
