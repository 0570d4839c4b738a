import { actions, button, el, facts, paragraph, yesOrNo } from '../dom.js';
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

function describe({ tokenId, enrolledAt, purpose, expiresAt }: Enrolment, page: Page): HTMLDListElement {
  const { manage } = page.words;
  return facts([
    [manage.purpose, purpose],
    [manage.enrolledAt, enrolledAt === null ? null : page.day(enrolledAt)],
    [manage.expiresAt, expiresAt === null ? manage.untilRevoked : page.day(expiresAt)],
    [manage.tokenId, el('code', { dir: 'ltr' }, tokenId)],
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
