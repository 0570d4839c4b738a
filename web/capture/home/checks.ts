import type { Texts as HomeWords } from '../../../locales/compiled/capture/home/texts.js';
import { type Check, type Checks, checksReply } from '../../../src/step-up/home-protocol.js';
import { button, el, paragraph } from '../dom.js';
import type { PageApi } from '../page-api.js';
import type { Outcome, Section } from './section.js';

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
    return (words, press) => {
      const format = new Intl.DateTimeFormat(page.locale, { dateStyle: 'medium', timeStyle: 'short' });
      const toItem = (check: Check, at: number): HTMLLIElement =>
        el(
          'li',
          { tabindex: at === first ? '-1' : null, 'data-first': at === first },
          el('strong', { class: `outcome ${toneOf(check)}` }, words.events[check.event]),
          check.reason === null ? null : paragraph(words.reasons[check.reason]),
          whenAndWhere(check, format, words),
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
  if (event === 'face_passed' || event === 'code_passed' || event === 'enrolled') return 'good';
  return event.endsWith('_refused') ? 'bad' : 'plain';
};

function whenAndWhere({ at, application }: Check, format: Intl.DateTimeFormat, words: HomeWords): HTMLElement {
  return el(
    'p',
    { class: 'fine' },
    el('time', { datetime: at }, format.format(Date.parse(at))),
    ...(application === null ? [] : [` · ${words.application} `, el('bdi', {}, application)]),
  );
}
