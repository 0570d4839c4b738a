import type { Texts as HomeWords } from '../../../locales/compiled/capture/home/texts.js';
import { texts as claimLabels } from '../../../locales/compiled/shared/claims/all.js';
import { isStandardClaim } from '../../../src/core/consented-data/claims.js';
import {
  dataConsentsReply,
  linksReply,
  type ShownDataConsent,
  type ShownLink,
} from '../../../src/step-up/home-protocol.js';
import type { Language } from '../../shared/languages.js';
import { button, el, paragraph } from '../dom.js';
import type { Page } from '../page.js';
import { emptyReply } from '../view.js';
import { isolate, type Outcome, type Press, type Section, say } from './section.js';

export const consents: Section = {
  name: 'consents',
  async read({ page, api }) {
    const { dataConsents } = await api.call({ method: 'GET', path: '/data-consents', reply: dataConsentsReply });
    const end = async ({ client, name }: ShownDataConsent): Promise<Outcome> => {
      await api.call({ method: 'POST', path: '/data-consents/withdraw', body: { client }, reply: emptyReply });
      return say((words) => words.consentEnded({ application: isolate(name) }));
    };
    return (words, press) => {
      const list = new Intl.ListFormat(page.language);
      if (dataConsents.length === 0) return [paragraph(words.noConsents, 'lead')];
      const entries = dataConsents.map((consent) => ({
        ...{ name: consent.name, what: list.format(namesOf(consent, page.language)) },
        ...{ since: consent.givenAt, until: consent.expiresAt },
        ...{ ending: words.endConsent({ application: isolate(consent.name) }), end: () => end(consent) },
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

export interface Entry {
  readonly name: string;
  readonly what: string | null;
  readonly since: string;
  readonly until: string;
  readonly ending: string;
  readonly end: () => Promise<Outcome>;
}

export function toEntries(
  entries: readonly Entry[],
  { page, words, press }: { page: Page; words: HomeWords; press: Press },
) {
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
      return say((words) => words.linkEnded({ name: isolate(name) }));
    };
    return (words, press) => {
      if (linked.length === 0) return [paragraph(words.noLinks, 'lead')];
      const entries = linked.map((link) => ({
        ...{ name: link.name, what: null, since: link.linkedAt, until: link.expiresAt },
        ...{ ending: words.endLink({ name: isolate(link.name) }), end: () => end(link) },
      }));
      return [paragraph(words.linksText, 'lead'), toEntries(entries, { page, words, press })];
    };
  },
};
