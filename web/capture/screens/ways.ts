import { type HelpReason, helpReasons } from '../../../src/core/page-protocol.js';
import { toPlainDigits } from '../../../src/core/plain-digits.js';
import { download } from '../../shared/download.js';
import { actions, button, el, field, form, paragraph, refuse, sign, submitButton, yesOrNo } from '../dom.js';
import { meaningOfStop } from '../foot.js';
import type { Page } from '../page.js';
import { Problem } from '../problem.js';
import { type Change, type Code, hasWays } from '../state.js';
import type { Step, Tools } from '../step.js';
import type { AnotherWay, View } from '../view.js';
import type { Words } from '../words.js';

const maxNoteCharacters = 200;

interface HelpRequest {
  readonly reason: HelpReason;
  readonly note: string;
}

async function askForHelp({ page, api }: Tools): Promise<Change> {
  const request = await page.ask<HelpRequest | null>((words, choose) => {
    const reason = el('select', { id: 'reason', name: 'reason', required: true, 'aria-describedby': 'no-reason' });
    reason.append(el('option', { value: '' }, words.help.choose));
    for (const each of helpReasons) reason.append(el('option', { value: each }, words.help.reasons[each]));
    const note = el('textarea', { id: 'note', name: 'note', rows: '3', maxlength: String(maxNoteCharacters) });
    const wrong = el('p', { id: 'no-reason', class: 'wrong', role: 'alert' });
    const send = (): void => {
      const chosen = helpReasons.find((each) => each === reason.value);
      if (chosen === undefined) refuse(reason, wrong, words.help.choose);
      else choose({ reason: chosen, note: note.value.slice(0, maxNoteCharacters) });
    };
    const asking = form(
      send,
      field(words.help.reason, reason),
      wrong,
      field(words.help.note, note),
      actions(
        submitButton(words.help.send),
        button('quiet', words.back, () => choose(null)),
      ),
    );
    return { screen: 'help', heading: words.help.ask, body: [paragraph(words.help.text, 'lead'), asking] };
  });
  if (request === null) return {};
  await api.askForHelp(request.reason, request.note);
  await page.ask<null>((words, choose) => ({
    screen: 'help-asked',
    heading: words.help.asked,
    body: [
      sign('passed'),
      paragraph(words.help.askedText, 'lead'),
      actions(button('plain', words.back, () => choose(null))),
    ],
  }));
  return {};
}

/** Creates the button to another way than the face. `null` if there is none, or on a phone that is the camera. */
export const otherWayButton = (view: View, words: Words, choose: () => void): HTMLElement | null =>
  view.role === 'own' && (hasWays(view) || view.fallbackUrl !== null) ? button('quiet', words.otherWay, choose) : null;

/** Shows the other ways. The last screen of a canceled check has the link to `fallbackUrl`. */
export const takeOtherWay = async (view: View, { api }: Pick<Tools, 'api'>): Promise<Change> =>
  hasWays(view) ? { isChoosingAnotherWay: true } : { view: await api.decline() };

type Choice = AnotherWay | 'help' | 'stop' | 'back';

export const ways: Step = async (view, { code }, tools) => {
  if (code !== null && view.anotherWays.includes(code.way)) return enterCode(code, tools);
  const choice = await tools.page.ask<Choice>((words, choose) => ({
    screen: 'ways',
    heading: words.ways.heading,
    body: [
      paragraph(view.anotherWays.length === 0 ? words.ways.helpText : words.ways.text, 'lead'),
      actions(
        ...view.anotherWays.map((way) => button('quiet', words.ways.names[way], () => choose(way))),
        view.helpOffered ? button('quiet', words.help.ask, () => choose('help')) : null,
        button('quiet', words.back, () => choose('back')),
        button('faint', words.ways.stop, () => choose('stop')),
      ),
      paragraph(meaningOfStop(view, words), 'fine'),
    ],
  }));
  if (choice === 'back') return { isChoosingAnotherWay: false };
  if (choice === 'stop') return { view: await tools.api.decline() };
  if (choice === 'help') return askForHelp(tools);
  if (choice === 'passkey') return { isChoosingAnotherWay: false, isFaceChosen: false };
  if (choice !== 'email' && choice !== 'sms') return { code: { way: choice, id: null, isSent: false } };
  const { id, isSent } = await tools.api.sendCode(choice, tools.page.language);
  return { code: { way: choice, id, isSent } };
};

/**
 * Asks for a code until it is correct or the user goes back. Other problems are thrown, and `code` stays in the facts of
 * the page, so that the user can still enter the code that was sent.
 */
async function enterCode(entry: Code, { page, api }: Tools): Promise<Change> {
  const { way, id } = entry;
  for (let isWrong = false; ; isWrong = true) {
    const code = await askForCode(entry, isWrong, page);
    if (code === null) return { code: null };
    try {
      return await api.passAnotherWay(way, { id, code });
    } catch (error) {
      if (!(error instanceof Problem && error.problem === 'code-wrong')) throw error;
    }
  }
}

function askForCode({ way, isSent }: Code, isWrong: boolean, page: Page): Promise<string | null> {
  const isOneTimeCode = way === 'email' || way === 'sms';
  return page.ask((words, choose) => {
    const input = el('input', {
      id: 'code',
      name: 'code',
      type: 'text',
      dir: 'ltr',
      maxlength: '64',
      autocapitalize: 'characters',
      ...(isOneTimeCode ? { inputmode: 'numeric', autocomplete: 'one-time-code' } : { autocomplete: 'off' }),
      'aria-describedby': 'code-wrong',
    });
    const wrong = el('p', { id: 'code-wrong', class: 'wrong', role: 'alert' }, isWrong ? words.ways.wrong : '');
    const check = (): void => {
      const written = toPlainDigits(input.value);
      const code = isOneTimeCode ? written.replace(/\D/g, '') : written.trim();
      if (isOneTimeCode ? code.length === 6 : code !== '') choose(code);
      else refuse(input, wrong, words.ways.wrong);
    };
    const asking = form(
      check,
      field(words.ways.label, input),
      wrong,
      actions(
        submitButton(words.next),
        button('quiet', words.back, () => choose(null)),
      ),
    );
    const text = isOneTimeCode && !isSent ? words.notSent : words.ways.texts[way];
    return { screen: 'code', heading: words.ways.names[way], body: [paragraph(text, 'lead'), asking] };
  });
}

export const recoveryCodes: Step = async ({ ownPage }, _facts, { page, api }) => {
  const wants = await page.ask<boolean>((words, choose) => ({
    screen: 'recovery-codes',
    heading: words.passed.enrol,
    body: [
      sign('passed'),
      paragraph(words.recovery.text, 'lead'),
      ownPage === null ? null : paragraph(words.recovery.ownPage, 'lead'),
      yesOrNo(choose, words.recovery.show, words.recovery.later),
    ],
  }));
  if (wants) await showRecoveryCodes({ page, api });
  return { areCodesDone: true };
};

export async function showRecoveryCodes({ page, api }: Pick<Tools, 'page' | 'api'>): Promise<void> {
  const codes = await api.makeRecoveryCodes();
  await page.ask<null>((words: Words, choose) => ({
    screen: 'recovery-codes',
    heading: words.recovery.heading,
    body: [
      paragraph(words.recovery.keep, 'lead'),
      el('ul', { class: 'codes', dir: 'ltr' }, ...codes.map((code) => el('li', {}, el('code', {}, code)))),
      el('div', { class: 'keep' }, ...keepCodes(codes.join('\n'), words, page)),
      actions(button('plain', words.recovery.done, () => choose(null))),
    ],
  }));
}

function keepCodes(text: string, { recovery: words }: Words, page: Page): readonly HTMLButtonElement[] {
  const copy = button('quiet', words.copy, () => {
    navigator.clipboard.writeText(text).then(
      () => {
        copy.textContent = words.copied;
        page.say(words.copied);
      },
      // The browser forbids it; the codes can be selected on the screen.
      () => copy.remove(),
    );
  });
  return [
    copy,
    button('quiet', words.save, () => download('recovery-codes.txt', 'text/plain', `${text}\n`)),
    button('quiet', words.print, () => print()),
  ];
}
