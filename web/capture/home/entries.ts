import { button, el, paragraph } from '../dom.js';
import type { Page } from '../page.js';
import type { HomeWords } from './messages/words.js';
import { isolate, type Outcome, type Press } from './section.js';

export interface Entry {
  readonly name: string;
  readonly what: string | null;
  readonly since: string;
  readonly until: string;
  readonly ending: (name: string) => string;
  readonly end: () => Promise<Outcome>;
}

export function toEntries(
  entries: readonly Entry[],
  { page, words, press }: { page: Page; words: HomeWords; press: Press },
) {
  const format = new Intl.DateTimeFormat(page.locale, { dateStyle: 'long' });
  const day = (time: string): string => format.format(Date.parse(time));
  return el(
    'ul',
    { class: 'entries' },
    ...entries.map(({ name, what, since, until, ending, end }) =>
      el(
        'li',
        {},
        el('strong', {}, el('bdi', {}, name)),
        what === null ? null : el('p', {}, what),
        paragraph(words.consentSince(day(since), day(until)), 'fine'),
        button('danger', ending(isolate(name)), () => press(end)),
      ),
    ),
  );
}
