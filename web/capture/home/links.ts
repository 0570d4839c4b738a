import { linksReply, type ShownLink } from '../../../src/core/step-up/home-protocol.js';
import { paragraph } from '../dom.js';
import type { Page } from '../page.js';
import { emptyReply } from '../view.js';
import { toEntries } from './entries.js';
import { isolate, type Outcome, type Section, say } from './section.js';

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
      return say((words) => words.linkEnded(isolate(name)));
    };
    return (words, press) => {
      if (linked.length === 0) return [paragraph(words.noLinks, 'lead')];
      const entries = linked.map((link) => ({
        ...{ name: link.name, what: null, since: link.linkedAt, until: link.expiresAt },
        ...{ ending: words.endLink, end: () => end(link) },
      }));
      return [paragraph(words.linksText, 'lead'), toEntries(entries, { page, words, press })];
    };
  },
};
