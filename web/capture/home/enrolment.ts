import { actions, button, el, paragraph } from '../dom.js';
import type { Page } from '../page.js';
import type { Enrolment } from '../view.js';
import { type Outcome, type Section, say } from './section.js';

export const enrolment: Section = {
  name: 'enrolment',
  async read({ page, api }) {
    const { enrolment: held, mayRenew } = await api.readEnrolment();
    const renew = async (): Promise<Outcome> => ({ kind: 'view', view: await api.renew() });
    const revoke = async (): Promise<Outcome> => {
      if (!(await confirmRevocation(page))) return { kind: 'said', said: null };
      await api.revoke();
      return say((_words, { manage }) => manage.revoked);
    };
    return (words, press) => {
      const { manage } = page.words;
      return [
        paragraph(held === null ? manage.none : manage.text, 'lead'),
        held === null ? null : describe(held, page),
        mayRenew ? null : paragraph(words.renewElsewhere, 'fine'),
        actions(
          mayRenew ? button('quiet', held === null ? manage.enrol : manage.renew, () => press(renew)) : null,
          held === null ? null : button('danger', manage.revoke, () => press(revoke)),
        ),
      ];
    };
  },
};

function describe({ tokenId, enrolledAt, purpose, expiresAt }: Enrolment, { words, locale }: Page): HTMLDListElement {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
  const day = (time: string): string => format.format(Date.parse(time));
  const rows: [string, string | HTMLElement][] = [
    [words.manage.purpose, purpose],
    [words.manage.expiresAt, expiresAt === null ? words.manage.untilRevoked : day(expiresAt)],
    [words.manage.tokenId, el('code', { dir: 'ltr' }, tokenId)],
  ];
  if (enrolledAt !== null) rows.splice(1, 0, [words.manage.enrolledAt, day(enrolledAt)]);
  return el(
    'dl',
    { class: 'facts' },
    ...rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
  );
}

/** Confirms the revocation, the only irreversible action here (WCAG 2.2, criterion 3.3.4). */
function confirmRevocation(page: Page): Promise<boolean> {
  return page.ask((words, choose) => ({
    screen: 'revoke',
    heading: words.manage.confirmHeading,
    body: [
      paragraph(words.manage.confirmText, 'lead'),
      actions(
        button('danger', words.manage.confirm, () => choose(true)),
        button('quiet', words.manage.keep, () => choose(false)),
      ),
    ],
  }));
}
