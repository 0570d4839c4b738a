import { button, el, form, paragraph, submitButton } from '../dom.js';
import type { PageApi } from '../page-api.js';
import { canBePushedTo, findThisDevice, subscribe } from '../push.js';
import { type Notices, type NotificationKind, notificationKinds } from '../view.js';
import type { Words } from '../words.js';
import { type HomeTools, type Section, showMessage } from './section.js';

/** Section of notifications, hidden if the connection sends none. */
export const noticeSection: Section = {
  name: 'notices',
  async read(tools) {
    const notices = await readNotices(tools.api);
    if (notices === null) return null;
    return (_words, press) => [
      askForNotices(notices, tools.page.words, (choice) =>
        press(async () => {
          const isKept = await keepNotices(choice, notices, tools);
          return showMessage((_own, { notices: words }) => (isKept ? words.kept : words.refused), isKept);
        }),
      ),
    ];
  },
};

interface ShownNotices extends Notices {
  /** Id of this browser's push subscription, or `null` if it has none for this user. */
  readonly thisDevice: string | null;
}

interface NoticeChoice {
  readonly on: readonly NotificationKind[];
  readonly email: boolean;
  readonly device: 'add' | 'remove' | 'remove-all' | null;
}

async function readNotices(api: PageApi): Promise<ShownNotices | null> {
  const notices = await api.readNotices();
  if (notices === null) return null;
  const here = notices.push === null ? null : await findThisDevice(api.noticeWorkerUrl);
  return { ...notices, thisDevice: here !== null && notices.push?.devices.includes(here) ? here : null };
}

/**
 * Saves the choice. The browser's prompt comes first, because it requires a recent press.
 * @returns false if the browser refused push
 */
async function keepNotices(
  { on, email, device }: NoticeChoice,
  { push, thisDevice }: ShownNotices,
  { page, api }: HomeTools,
): Promise<boolean> {
  const subscription = device === 'add' && push !== null ? await subscribe(push.publicKey, api.noticeWorkerUrl) : null;
  await api.chooseNotices(on, email, page.language);
  if (device === 'remove' && thisDevice !== null) await api.removeNoticeDevice(thisDevice);
  if (device === 'remove-all') await api.removeNoticeDevice(null);
  if (device !== 'add' || push === null) return true;
  if (subscription === null) return false;
  await api.addNoticeDevice(subscription, push.publicKey);
  return true;
}

function askForNotices(
  { on, email, emailAvailable, push, thisDevice }: ShownNotices,
  { notices: words }: Words,
  choose: (choice: NoticeChoice) => void,
): HTMLFormElement {
  const boxes = notificationKinds.map((kind) => ({ kind, box: checkbox(kind, on.includes(kind)) }));
  const devices = push?.devices.length ?? 0;
  const byEmail = checkbox('email', email);
  const press = (device: NoticeChoice['device']) => () =>
    choose({
      on: boxes.flatMap(({ kind, box }) => (box.checked ? [kind] : [])),
      email: byEmail.checked,
      device,
    });
  const others = devices - (thisDevice === null ? 0 : 1);
  const asking = form(
    press(null),
    el(
      'fieldset',
      {},
      el('legend', {}, devices === 0 && emailAvailable ? words.headingByEmail : words.heading),
      ...boxes.map(({ kind, box }) => el('label', {}, box, words.kinds[kind])),
    ),
    emailAvailable ? null : paragraph(words.noEmail),
    devices === 0 || !emailAvailable
      ? null
      : el(
          'fieldset',
          {},
          el('legend', {}, words.how),
          el('label', {}, byEmail, words.byEmail),
          paragraph(words.emailStill),
        ),
    submitButton(words.keep, 'quiet'),
    push !== null && thisDevice === null && canBePushedTo() ? button('quiet', words.here, press('add')) : null,
    thisDevice === null ? null : button('quiet', words.notHere, press('remove')),
    others === 0 ? null : paragraph(`${words.otherDevices} ${others}`),
    others === 0 ? null : button('quiet', words.nowhere, press('remove-all')),
  );
  asking.className = 'notices';
  return asking;
}

const checkbox = (name: string, checked: boolean): HTMLInputElement => el('input', { type: 'checkbox', name, checked });
