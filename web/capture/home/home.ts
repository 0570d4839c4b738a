import { texts as homeWords } from '../../../locales/compiled/capture/home/all.js';
import { actions, button, el, paragraph } from '../dom.js';
import { Problem, type ProblemName } from '../problem.js';
import type { Step } from '../step.js';
import type { View } from '../view.js';
import type { Draw, HomeTools, Message, Outcome, Section } from './section.js';
import { sections } from './sections.js';

interface Pressed {
  readonly section: Section | null;
  readonly runAction: () => Promise<Outcome>;
}

/** The message of the last action, shown in its section. */
interface LastMessage {
  readonly section: Section | null;
  readonly message: Message | null;
}

type Shown = readonly { readonly section: Section; readonly draw: Draw }[];

export const home: Step = async (view, _facts, { page, api }) => {
  const tools = { page, api };
  let shown = await readAll(tools);
  let last: LastMessage | null = null;
  for (;;) {
    const { section, runAction } = await ask(shown, last, view, tools);
    const outcome = await runAction();
    if (outcome.kind === 'view') return { view: outcome.view };
    if (outcome.kind === 'message') shown = await readAll(tools);
    last = { section, message: outcome.kind === 'message' ? outcome.message : null };
  }
};

const passing: readonly ProblemName[] = ['unavailable', 'overloaded', 'time-out', 'general'];

async function readAll(tools: HomeTools): Promise<Shown> {
  const read = async (section: Section) => {
    try {
      return { section, draw: await section.read(tools) };
    } catch (error) {
      if (!(error instanceof Problem) || !passing.includes(error.problem)) throw error;
      return { section, draw: drawUnreadable };
    }
  };
  const all = await Promise.all(sections.map(read));
  return all.flatMap(({ section, draw }) => (draw === null ? [] : [{ section, draw }]));
}

const drawUnreadable: Draw = (words, press) => [
  paragraph(words.unreadable, 'note'),
  button('quiet', words.readAgain, () => press(async () => ({ kind: 'message', message: null }))),
];

function ask(
  shown: Shown,
  last: LastMessage | null,
  { organisation }: View,
  { page, api }: HomeTools,
): Promise<Pressed> {
  const pressed = page.ask<Pressed>((all, choose) => {
    const words = homeWords[page.language];
    const close = async (): Promise<Outcome> => ({ kind: 'view', view: await api.decline() });
    return {
      screen: 'manage',
      heading: words.title,
      body: [
        organisation === null ? null : paragraph(organisation, 'lead'),
        ...shown.map(({ section, draw }) => {
          const message = last?.section === section ? last.message : null;
          return el(
            'section',
            { class: 'part', 'data-section': section.name, 'aria-labelledby': `part-${section.name}` },
            el('h2', { id: `part-${section.name}` }, words.headings[section.name]),
            message === null
              ? null
              : el(
                  'p',
                  { class: message.isGood ? 'note good' : 'note', role: 'status', tabindex: '-1' },
                  message.text(words, all),
                ),
            ...draw(words, (runAction) => choose({ section, runAction })),
          );
        }),
        actions(button('quiet', all.manage.close, () => choose({ section: null, runAction: close }))),
      ],
    };
  });
  if (last !== null && last.section !== null) {
    const part = document.querySelector(`[data-section="${last.section.name}"]`);
    part?.querySelector<HTMLElement>(last.message === null ? '[data-first]' : '[role="status"]')?.focus();
  }
  return pressed;
}
