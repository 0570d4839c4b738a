import { encode } from 'uqr';
import { actions, button, el, icon, paragraph, sign, svg } from '../dom.js';
import type { PageApi } from '../page-api.js';
import { Problem } from '../problem.js';
import type { Change } from '../state.js';
import { decline, type Step, sleep, type Tools } from '../step.js';

const pollEveryMs = 2000;

/** On a computer: which camera? */
export const place: Step = async (_view, _facts, tools) => {
  const choice = await tools.page.ask<'here' | 'phone' | 'decline'>((words, choose) => ({
    screen: 'place',
    heading: words.place.heading,
    body: [
      paragraph(words.place.text, 'lead'),
      actions(
        button('plain', words.place.here, () => choose('here')),
        button('quiet', words.place.phone, () => choose('phone')),
        button('faint', words.cannot, () => choose('decline')),
      ),
    ],
  }));
  return choice === 'decline' ? decline(tools) : { place: choice };
};

/** On a computer: shows the link for the phone, then follows what the phone does. It can always be done here instead. */
export const handOff: Step = async (view, _facts, tools) => {
  const isOpened = view.handOff?.state === 'opened';
  const link = isOpened ? null : await tools.api.startHandOff();
  const qr = link === null ? null : drawQr(link.url);
  const here = tools.page.ask<Change>((words, choose) => ({
    screen: 'hand-off',
    heading: isOpened ? words.handOff.opened : words.handOff.heading,
    body: [
      paragraph(isOpened ? words.handOff.openedText : words.handOff.text, 'lead'),
      qr === null ? null : el('div', { class: 'qr', role: 'img', 'aria-label': words.handOff.qr }, qr),
      paragraph(words.handOff.code),
      el('p', { class: 'code', dir: 'ltr' }, link?.code ?? view.handOff?.code ?? ''),
      isOpened ? null : el('p', { class: 'waiting' }, icon('waiting'), words.handOff.waiting),
      actions(button('quiet', words.handOff.here, () => choose({ place: 'here' }))),
    ],
  }));
  if (isOpened) tools.page.say(tools.page.words.handOff.opened);
  const ended = new AbortController();
  return Promise.race([here, follow(isOpened, tools, ended.signal), tools.interrupted]).finally(() => ended.abort());
};

/** Waits until the phone has opened the link, or has ended the check. */
async function follow(isOpened: boolean, tools: Tools, ended: AbortSignal): Promise<Change> {
  for (;;) {
    await sleep(pollEveryMs);
    ended.throwIfAborted();
    const found = await readOrNull(tools);
    if (found === null) continue;
    if (found.view.state !== 'started' && found.view.state !== 'captured') return found;
    if (!isOpened && found.view.handOff?.state === 'opened') return found;
  }
}

/** A lost network is no reason to stop following: the phone may have another one. */
async function readOrNull({ api }: Tools): Promise<Awaited<ReturnType<PageApi['readState']>> | null> {
  try {
    return await api.readState();
  } catch (error) {
    if (error instanceof Problem && ['offline', 'time-out', 'overloaded', 'unavailable'].includes(error.problem))
      return null;
    throw error;
  }
}

/** On the phone: nobody may be lured into somebody else's check, so the person compares the code first. */
export const code: Step = async (view, _facts, tools) => {
  const isSame = await tools.page.ask<boolean>((words, choose) => ({
    screen: 'code',
    heading: words.code.heading,
    body: [
      el('p', { class: 'code', dir: 'ltr' }, view.handOff?.code ?? ''),
      paragraph(words.code.text, 'lead'),
      actions(
        button('plain', words.code.same, () => choose(true)),
        button('quiet', words.code.different, () => choose(false)),
      ),
    ],
  }));
  if (isSame) return { isCodeSame: true };
  return tools.page.ask<never>((words) => ({
    screen: 'code-wrong',
    heading: words.code.wrongHeading,
    body: [sign('stopped'), paragraph(words.code.wrongText, 'lead')],
  }));
};

function drawQr(url: string): SVGSVGElement {
  const { data, size } = encode(url, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return svg(
    'svg',
    { viewBox: `0 0 ${size} ${size}`, 'shape-rendering': 'crispEdges', 'aria-hidden': 'true' },
    svg('rect', { width: `${size}`, height: `${size}`, fill: '#fff' }),
    svg('path', { d: path, fill: '#000' }),
  );
}
