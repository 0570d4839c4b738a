import { encode } from 'uqr';
import { actions, button, el, facts, icon, paragraph, svg } from '../dom.js';
import { nullIfPassing, Problem } from '../problem.js';
import type { Change } from '../state.js';
import { type Step, sleep, type Tools } from '../step.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

/**
 * On the phone: the user selects the number on the computer. A forwarded link, which could lure them into another
 * person's check, does not show that number.
 */
export const pairing: Step = async (view, _facts, tools) => {
  const { pairing: request } = view;
  if (request === null) throw new Problem('link-over');
  const isCall = request.kind === 'call';
  const textsOf = (words: Words) => words[isCall ? 'call' : 'pairing'];
  const number = await tools.page.ask<string | null>((words, choose) => ({
    screen: isCall ? 'call' : 'pairing',
    heading: textsOf(words).heading,
    body: [
      paragraph(textsOf(words).text, 'lead'),
      isCall ? null : describe(request, view.organisation, words),
      paragraph(textsOf(words).warning, 'note'),
      el(
        'div',
        { class: 'numbers', role: 'group', 'aria-label': textsOf(words).heading, dir: 'ltr' },
        ...request.choices.map((choice) => button('quiet', choice, () => choose(choice))),
      ),
      actions(button('danger', words.pairing.none, () => choose(null))),
    ],
  }));
  const chosen = await tools.api.chooseNumber(number);
  return { view: chosen, isCallRefused: isCall && chosen.state === 'failed' };
};

function describe(
  { application, browser, system }: NonNullable<View['pairing']>,
  organisation: string | null,
  { pairing: words }: Words,
): HTMLDListElement {
  const device = [browser, system].filter((name) => name !== null).join(', ');
  const isolated = (text: string | null): HTMLElement | null => (text === null ? null : el('bdi', {}, text));
  return facts([
    [words.organisation, isolated(organisation)],
    [words.application, isolated(application)],
    [words.computer, isolated(device === '' ? words.unknown : device)],
  ]);
}

const pollEveryMs = 2000;

type Stage = 'waiting' | 'opened' | 'paired';

/**
 * On the computer: shows the phone link and number, then follows the phone. The user can continue here unless a phone
 * is required.
 */
export const handOff: Step = async (view, _facts, tools) => {
  const stage = stageOf(view);
  const link = stage === 'waiting' ? await tools.api.startHandOff() : null;
  const qr = link === null ? null : drawQr(link.url);
  const code = link?.code ?? view.handOff?.code ?? '';
  const choice = tools.page.ask<'here' | 'again'>((words, choose) => {
    const { heading, text } = textOf(stage, words);
    const phone = [
      qr === null ? null : el('div', { class: 'qr', role: 'img', 'aria-label': words.handOff.qr }, qr),
      stage === 'waiting' ? paragraph(words.handOff.code) : null,
      el('p', { class: 'code', dir: 'ltr' }, code),
      el('p', { class: 'waiting' }, icon('waiting'), words.handOff.waiting),
    ];
    const newCode = stage === 'waiting' ? null : button('quiet', words.handOff.newCode, () => choose('again'));
    const here = view.phoneNeeded ? null : button('quiet', words.handOff.here, () => choose('here'));
    return {
      screen: 'hand-off',
      heading,
      body: [
        paragraph(text, 'lead'),
        ...(stage === 'paired' ? [] : phone),
        newCode === null && here === null ? null : actions(newCode, here),
      ],
    };
  });
  const chosen = choice.then((place): Change | Promise<Change> =>
    place === 'here' ? { place: 'here' } : beginAnew(tools),
  );
  if (stage !== 'waiting') tools.page.say(textOf(stage, tools.page.words).heading);
  const ended = new AbortController();
  return Promise.race([chosen, follow(stage, tools, ended.signal), tools.interrupted]).finally(() => ended.abort());
};

/** Starts again with another phone, unless the pictures of the current phone are being judged or were judged. */
async function beginAnew({ api }: Tools): Promise<Change> {
  const found = await api.readState();
  if (found.view.state !== 'started') return found;
  return { view: { ...found.view, handOff: null }, place: 'phone' };
}

/**
 * Returns the stage of the hand-off. A link that no phone has opened yet is not stored, so a reloaded page starts with
 * a new one.
 */
function stageOf({ handOff: known }: View): Stage {
  return known?.state === 'opened' || known?.state === 'paired' ? known.state : 'waiting';
}

function textOf(stage: Stage, { handOff: words }: Words): { readonly heading: string; readonly text: string } {
  if (stage === 'opened') return { heading: words.opened, text: words.openedText };
  return stage === 'paired' ? { heading: words.paired, text: words.pairedText } : words;
}

async function follow(stage: Stage, { api }: Tools, ended: AbortSignal): Promise<Change> {
  for (;;) {
    await sleep(pollEveryMs);
    ended.throwIfAborted();
    // The phone may have another network, so network errors are ignored.
    const found = await api.readState().catch(nullIfPassing);
    if (found === null) continue;
    if (found.view.state !== 'started' && found.view.state !== 'captured') return found;
    if (stageOf(found.view) !== stage) return found;
  }
}

export function drawQr(url: string): SVGSVGElement {
  const { data, size } = encode(url, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return svg(
    'svg',
    { viewBox: `0 0 ${size} ${size}`, 'shape-rendering': 'crispEdges', 'aria-hidden': 'true' },
    svg('rect', { width: `${size}`, height: `${size}`, fill: '#fff' }),
    svg('path', { d: path, fill: '#000' }),
  );
}
