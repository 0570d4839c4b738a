import { type HelpReason, helpReasons } from '../../../src/core/page-protocol.js';
import { actions, button, el, field, form, paragraph, sign, submitButton } from '../dom.js';
import type { Change } from '../state.js';
import type { Tools } from '../step.js';

const maxNoteCharacters = 200;

interface Asked {
  readonly reason: HelpReason;
  readonly note: string;
}

export async function askForHelp({ page, api }: Tools): Promise<Change> {
  const asked = await page.ask<Asked | null>((words, choose) => {
    const reason = el('select', { id: 'reason', name: 'reason' });
    for (const each of helpReasons) reason.append(el('option', { value: each }, words.help.reasons[each]));
    const note = el('textarea', { id: 'note', name: 'note', rows: '3', maxlength: String(maxNoteCharacters) });
    const send = (): void => {
      const chosen = helpReasons.find((each) => each === reason.value) ?? 'other';
      choose({ reason: chosen, note: note.value.slice(0, maxNoteCharacters) });
    };
    const asking = form(
      send,
      field(words.help.reason, reason),
      field(words.help.note, note),
      actions(
        submitButton(words.help.send),
        button('quiet', words.back, () => choose(null)),
      ),
    );
    return { screen: 'help', heading: words.help.ask, body: [paragraph(words.help.text, 'lead'), asking] };
  });
  if (asked === null) return {};
  await api.askForHelp(asked.reason, asked.note);
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
