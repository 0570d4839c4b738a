// Import this first, because it configures zod for all guards.
import '../../../web/capture/zod-settings.js';
import { noBrand } from '../../../web/capture/brand.js';
import { sessionMemory } from '../../../web/capture/browser-memory.js';
import {
  actions,
  button,
  el,
  field,
  form,
  icon,
  paragraph,
  refuse,
  submitButton,
  yesOrNo,
} from '../../../web/capture/dom.js';
import { Page } from '../../../web/capture/page.js';
import { PageApi } from '../../../web/capture/page-api.js';
import { parsePageLink } from '../../../web/capture/page-link.js';
import { Problem, toKnown } from '../../../web/capture/problem.js';
import { takeFrames } from '../../../web/capture/screens/capture.js';
import { flashWarning } from '../../../web/capture/screens/consent.js';
import { solve } from '../../../web/capture/screens/problems.js';
import { nothingKnown } from '../../../web/capture/state.js';
import type { Tools } from '../../../web/capture/step.js';
import {
  type DuePresentation,
  presenceConsentVersion,
  type SkipReason,
  type TesterView,
  testerOpenedReply,
  testerReply,
} from '../presence/page-protocol.js';

/** Timeout of sending pictures: enough for 25 pictures over a slow connection. */
const keptWithinMs = 60_000;

interface TakingPart {
  readonly person: string;
  readonly device: string;
  readonly allowsAccuracy: boolean;
}

const headingOf = ({ species }: DuePresentation): string => species.title;

/**
 * @returns how the tester starts this presentation: with flashing colors (`lit`), without (`unlit`), or not at all
 * (`skip`)
 */
function introduce(due: DuePresentation, page: Page): Promise<'lit' | 'unlit' | 'skip'> {
  const { index, of, species, light } = due;
  return page.ask((words, choose) => ({
    screen: 'presentation',
    heading: headingOf(due),
    body: [
      paragraph(`Presentation ${index + 1} of ${of} on this device`, 'lead'),
      el('h2', {}, 'What to present'),
      paragraph(species.prepare),
      el('h2', {}, light.title),
      paragraph(light.prepare),
      flashWarning(words),
      actions(
        button('plain', 'Allow camera access', () => choose('lit')),
        button('quiet', words.framing.withoutFlashes, () => choose('unlit')),
        button('quiet', 'Skip this', () => choose('skip')),
      ),
    ],
  }));
}

function askWhySkipped(due: DuePresentation, page: Page): Promise<SkipReason | null> {
  return page.ask<SkipReason | null>((words, choose) => ({
    screen: 'no-presentation',
    heading: `Skip “${headingOf(due)}”`,
    body: [
      paragraph(
        'If you presented it as described and the page never got to the end of the movements, that is a result and counts. If you cannot ' +
          'present it here, it is left out, in this light and on this device.',
      ),
      actions(
        button('plain', 'I presented it, and it was not recorded', () => choose('no_response')),
        button('quiet', 'I cannot present this here', () => choose('not_done')),
        button('faint', words.back, () => choose(null)),
      ),
    ],
  }));
}

/** Asks before the result is known, so that the result does not influence the choice. */
function askWhetherKept(page: Page): Promise<boolean> {
  return page.ask<boolean>((_words, choose) => ({
    screen: 'keep',
    heading: 'Was it presented as described?',
    body: [
      paragraph(
        'Keep it if you did it as described, however it looked. Repeat it only if you were interrupted. Nothing was judged yet.',
        'lead',
      ),
      yesOrNo(choose, 'Keep it', 'Take it again'),
    ],
  }));
}

function showSummary({ cells, responsible, tester }: TesterView, page: Page): void {
  const lines = cells.map(({ species, light, wanted, kept, noResponse, isSkipped }) => {
    const without = noResponse === 0 ? '' : `, ${noResponse} without a response`;
    return el(
      'li',
      {},
      `${species}, ${light.toLowerCase()}: ${kept} of ${wanted} kept${without}${isSkipped ? ', left out' : ''}`,
    );
  });
  page.show((words) => ({
    screen: 'summary',
    heading: 'Thank you: all is done on this device',
    body: [
      el('ul', { class: 'steps' }, ...lines),
      paragraph(`To have it erased, tell ${responsible} your code name: ${tester?.person ?? ''}.`),
      paragraph(words.mayClose),
    ],
  }));
}

/** Texts of the consent. If you change them, also change `presenceConsentVersion`. */
const sectionsOf = ({
  responsible,
  keepDays,
}: TesterView): readonly (readonly [name: string, heading: string, text: string])[] => [
  [
    'camera',
    'What is stored',
    'Up to 25 pictures of each presentation (18 without the screen’s colours), of you or of what you hold in front of the camera; the requested movement in each; your ' +
      'code name, the light and the device. Pictures by which people can be recognised are biometric data.',
  ],
  [
    'sealed',
    'Where',
    `On the server at ${location.host} alone, encrypted, run by ${responsible}. Nothing is sent to other parties.`,
  ],
  ['stopped', 'Until when', `For ${keepDays} days after you first agree. ${responsible} then has it erased.`],
  [
    'undo',
    'How to have it erased before',
    `At any time and without a reason: tell ${responsible} your code name. Your stored data is erased. Counts that were ` +
      'already reported stay; they contain no picture and no name.',
  ],
  [
    'refuse',
    'You may say no',
    'Taking part is voluntary, and you may stop at any time. Show only yourself to the camera: prints and recordings must ' +
      'show you.',
  ],
];

const tick = (id: string, text: string) => {
  const input = el('input', { id, type: 'checkbox' });
  return { input, element: el('div', { class: 'tick' }, input, el('label', { for: id }, text)) };
};

/** Shows the consent text and asks for participant and device. Nothing is preselected. */
function takePart(view: TesterView, page: Page): Promise<TakingPart> {
  return page.ask<TakingPart>((_words, choose) => {
    const typed = { autocomplete: 'off', autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false' };
    const code = el('input', { id: 'code', type: 'text', maxlength: '40', ...typed });
    const rule = paragraph('Invent one; do not use your own name. Use the same one on every device.', 'rule');
    rule.id = 'code-rule';
    code.setAttribute('aria-describedby', 'code-rule wrong');
    const device = el(
      'select',
      { id: 'device' },
      ...view.devices.map(({ name, title }) => el('option', { value: name }, title)),
    );
    const agrees = tick('agrees', 'I have read this, and agree that these pictures are stored and measured.');
    const allows = tick(
      'allows',
      'My live pictures may also be used to measure how well faces are distinguished (false matches). This is not needed to take part.',
    );
    const wrong = el('p', { id: 'wrong', class: 'wrong', role: 'alert' });
    const check = (): void => {
      for (const input of [code, agrees.input]) input.removeAttribute('aria-invalid');
      const person = code.value.trim();
      if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(person))
        refuse(code, wrong, 'Choose a code name of letters and digits.');
      else if (!agrees.input.checked)
        refuse(agrees.input, wrong, 'Without your consent, nothing is stored, so nothing can be measured.');
      else choose({ person, device: device.value, allowsAccuracy: allows.input.checked });
    };
    const asking = form(
      check,
      field('Code name', code),
      rule,
      field('This device', device),
      agrees.element,
      allows.element,
      wrong,
      actions(submitButton('Take part')),
    );
    const items = sectionsOf(view).map(([name, heading, text]) =>
      el('li', {}, icon(name), el('div', {}, el('h2', {}, heading), paragraph(text))),
    );
    return {
      screen: 'tester',
      heading: 'Help to measure this face check',
      body: [
        paragraph(
          `${view.responsible} measures how often it takes a print, a screen or a mask for a person, and how often it refuses people.`,
          'lead',
        ),
        el('ul', { class: 'sections' }, ...items),
        asking,
      ],
    };
  });
}

/* Page of a presence test, in English only, because a test manager is present. */
class Stopped extends Error {}

async function open(api: PageApi): Promise<TesterView> {
  const link = parsePageLink(location.hash);
  const stored = sessionMemory.read();
  if (link !== null) {
    const body = { ticket: link.ticket };
    const { session, view } = await api.call({ method: 'POST', path: '/open', body, reply: testerOpenedReply });
    api.session = session;
    history.replaceState(null, '', location.pathname);
    sessionMemory.write(session);
    return view;
  }
  if (stored === null) throw new Problem('link-missing');
  api.session = stored;
  return (await api.call({ method: 'GET', path: '/tester', reply: testerReply })).view;
}

async function post(api: PageApi, path: string, body: Readonly<Record<string, unknown>>): Promise<TesterView> {
  return (await api.call({ method: 'POST', path, body, reply: testerReply })).view;
}

function toolsFor(page: Page, api: PageApi): Tools {
  const interrupted = new Promise<never>((_resolve, reject) => {
    page.showBelow(() => [button('faint', 'Stop this presentation', () => reject(new Stopped()))]);
  });
  // Prevents an unhandled rejection while nothing awaits this promise.
  interrupted.catch(() => {});
  return { page, api, interrupted };
}

async function present(due: DuePresentation, page: Page, api: PageApi): Promise<TesterView> {
  const cell = { species: due.species.name, light: due.light.name };
  for (;;) {
    const how = await introduce(due, page);
    if (how === 'skip') {
      const reason = await askWhySkipped(due, page);
      if (reason !== null) return post(api, '/presentations/skip', { ...cell, reason });
      continue;
    }
    const tools = toolsFor(page, api);
    const taken = await takeFrames({ isLit: how === 'lit', isLightSkippable: false, isPhoneOffered: false }, tools)
      .catch((error: unknown) => {
        if (error instanceof Stopped) return null;
        throw error;
      })
      .finally(() => page.showBelow(() => []));
    if (taken === null || taken === 'phone' || taken === 'unlit' || !(await askWhetherKept(page))) continue;
    page.show((words) => ({ screen: 'sending', heading: words.sending.heading, body: [] }));
    const { nonce, photos } = taken.frames;
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...cell, nonce })) body.set(name, value);
    photos.forEach((photo, at) => {
      body.append('photo', photo, `${at}.jpg`);
    });
    const call = { method: 'POST', path: '/presentations', body, reply: testerReply, withinMs: keptWithinMs } as const;
    return (await api.call(call)).view;
  }
}

async function step(view: TesterView | null, page: Page, api: PageApi): Promise<TesterView> {
  if (view === null) {
    page.show((words) => ({ screen: 'opening', heading: words.opening, body: [] }));
    return open(api);
  }
  if (view.tester === null) {
    const taking = await takePart(view, page);
    return post(api, '/tester', { ...taking, consentVersion: presenceConsentVersion });
  }
  if (view.due !== null) return present(view.due, page, api);
  showSummary(view, page);
  return new Promise(() => {});
}

async function lead(page: Page, api: PageApi): Promise<never> {
  let view: TesterView | null = null;
  const never = new Promise<never>(() => {});
  for (;;) {
    try {
      view = await step(view, page, api);
    } catch (error) {
      await solve(toKnown(error), nothingKnown, { page, api, interrupted: never });
    }
  }
}

const main = document.querySelector('main');
if (main !== null) {
  window.addEventListener('hashchange', () => location.reload());
  const page = await Page.open(main, 'en', noBrand, 'one');
  page.nameOrganisation('Presence test');
  void lead(page, new PageApi('/face'));
}
