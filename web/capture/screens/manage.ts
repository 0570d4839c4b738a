import { actions, button, el, linkButton, paragraph } from '../dom.js';
import type { Page } from '../page.js';
import type { Step, Tools } from '../step.js';
import type { Enrolment, View } from '../view.js';

/** The person's own page: what is kept of them, with the ways to make it anew and to delete it. */
export const manage: Step = async (view, _facts, tools) => {
  let isRevoked = false;
  for (;;) {
    const enrolment = isRevoked ? null : await tools.api.readEnrolment();
    const choice = await askWhatNow(enrolment, isRevoked, view, tools.page);
    if (choice === 'renew') return { view: await tools.api.renew() };
    if (await confirmRevocation(tools)) {
      await tools.api.revoke();
      isRevoked = true;
    }
  }
};

function askWhatNow(
  enrolment: Enrolment | null,
  isRevoked: boolean,
  { returnUrl }: View,
  page: Page,
): Promise<'renew' | 'revoke'> {
  return page.ask((words, choose) => ({
    screen: 'manage',
    heading: words.manage.heading,
    body: [
      isRevoked ? paragraph(words.manage.revoked, 'note good') : null,
      paragraph(enrolment === null ? words.manage.none : words.manage.text, 'lead'),
      enrolment === null ? null : describe(enrolment, page),
      actions(
        button(
          enrolment === null && !isRevoked ? 'plain' : 'quiet',
          enrolment === null ? words.manage.enrol : words.manage.renew,
          () => choose('renew'),
        ),
        enrolment === null ? null : button('danger', words.manage.revoke, () => choose('revoke')),
        returnUrl === null ? null : linkButton('faint', words.leave, returnUrl),
      ),
    ],
  }));
}

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

function confirmRevocation({ page }: Tools): Promise<boolean> {
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
