import { claimLabels } from '../../../src/core/consented-data/claim-labels.js';
import { isStandardClaim } from '../../../src/core/consented-data/claims.js';
import { dataConsentsReply, type ShownDataConsent } from '../../../src/core/step-up/home-protocol.js';
import type { Language } from '../../shared/languages.js';
import { paragraph } from '../dom.js';
import { emptyReply } from '../view.js';
import { toEntries } from './entries.js';
import { isolate, type Outcome, type Section, say } from './section.js';

export const consents: Section = {
  name: 'consents',
  async read({ page, api }) {
    const { dataConsents } = await api.call({ method: 'GET', path: '/data-consents', reply: dataConsentsReply });
    const end = async ({ client, name }: ShownDataConsent): Promise<Outcome> => {
      await api.call({ method: 'POST', path: '/data-consents/withdraw', body: { client }, reply: emptyReply });
      return say((words) => words.consentEnded(isolate(name)));
    };
    return (words, press) => {
      const list = new Intl.ListFormat(page.language);
      if (dataConsents.length === 0) return [paragraph(words.noConsents, 'lead')];
      const entries = dataConsents.map((consent) => ({
        ...{ name: consent.name, what: list.format(namesOf(consent, page.language)) },
        ...{ since: consent.givenAt, until: consent.expiresAt },
        ...{ ending: words.endConsent, end: () => end(consent) },
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
