import type { Camera } from '../camera.js';
import { kindOf } from '../camera-choice.js';
import { actions, button, el, paragraph } from '../dom.js';
import type { Guide, Look } from '../guidance/index.js';
import type { Words } from '../messages/words.js';
import { sleep, type Tools } from '../step.js';
import type { View } from '../view.js';
import { flashesId, flashWarning } from './flashes.js';
import { createStage } from './stage.js';

export type Framed = 'lit' | 'unlit' | { readonly deviceId: string };

const lookEveryMs = 120;

interface Framing {
  readonly camera: Camera;
  /** `null`: not available. */
  readonly guide: Promise<Guide | null>;
  readonly light: View['light'];
  readonly ended: AbortSignal;
}

type Seen = 'loading' | 'off' | Look;

/**
 * Shows the user in an oval with hints. "Start" is always enabled, because the server judges, unless the face is too
 * small to judge movements.
 */
export async function frameFace({ camera, guide, light, ended }: Framing, { page }: Tools): Promise<Framed> {
  const stage = createStage(camera.video);
  const advice = el('p', { id: 'advice', class: 'advice' });
  const isLit = light !== 'none';
  // The warning and the buttons must be visible together.
  if (isLit) stage.element.dataset.size = 'small';
  let seen: Seen = 'loading';
  let starts: readonly HTMLButtonElement[] = [];

  const tell = (): void => {
    const text = adviceFor(seen, isLit, page.words);
    advice.textContent = text;
    advice.dataset.tone = toneOf(seen);
    stage.element.dataset.tone = toneOf(seen);
    // Keeps the focus; its description says what it waits for.
    for (const start of starts) start.setAttribute('aria-disabled', String(isHeld(seen)));
    page.say(text);
  };
  const watch = async (): Promise<void> => {
    const loaded = await guide;
    seen = 'off';
    while (!ended.aborted && loaded !== null) {
      seen = await loaded.look(camera.video);
      if (!ended.aborted) tell();
      await sleep(lookEveryMs);
    }
    if (!ended.aborted) tell();
  };
  const begin = (choice: 'lit' | 'unlit', choose: (choice: Framed) => void): void => {
    if (isHeld(seen)) return;
    // Exposure is held for a well-lit face, before the light changes it.
    if (choice === 'lit' && isReady(seen)) camera.holdExposure();
    choose(choice);
  };
  const framed = page.ask<Framed>((words, choose) => {
    const start = button('plain', words.framing.start, () => begin(isLit ? 'lit' : 'unlit', choose));
    start.setAttribute('aria-describedby', isLit ? `${advice.id} ${flashesId}` : advice.id);
    const calm = button('quiet', words.framing.withoutFlashes, () => begin('unlit', choose));
    starts = light === 'offered' ? [start, calm] : [start];
    tell();
    return {
      screen: 'framing',
      heading: words.framing.heading,
      body: [
        advice,
        stage.element,
        paragraph(words.framing.text),
        noteOn(camera, words),
        chooser(camera, words, (deviceId) => choose({ deviceId })),
        isLit ? flashWarning(words) : null,
        actions(...(wantsCalm(light) ? [calm, start] : [start, isLit ? calm : null])),
      ],
    };
  });
  void resume(camera.video);
  watch().catch(() => {
    seen = 'off';
    if (!ended.aborted) tell();
  });
  return framed;
}

/** A video moved in the DOM may have paused. */
export const resume = (video: HTMLVideoElement): Promise<void> => video.play().catch(() => {});

/** With reduced motion preferred, the way without flashes comes first, if allowed. */
const wantsCalm = (light: View['light']): boolean =>
  light === 'offered' && matchMedia('(prefers-reduced-motion: reduce)').matches;

function adviceFor(seen: Seen, isLit: boolean, { framing, hints }: Words): string {
  if (seen === 'loading') return framing.loading;
  if (seen === 'off') return framing.noGuide;
  if (isLit && seen.hint === null && seen.isTooBright) return framing.outshone;
  return seen.hint === null ? framing.ready : hints[seen.hint];
}

const isHeld = (seen: Seen): boolean => typeof seen !== 'string' && seen.isTooSmall;

const isReady = (seen: Seen): boolean => typeof seen !== 'string' && seen.ready;

function toneOf(seen: Seen): 'calm' | 'good' | 'warn' {
  if (typeof seen === 'string') return 'calm';
  if (seen.faces > 1) return 'warn';
  return seen.ready ? 'good' : 'calm';
}

function noteOn({ label }: Camera, { framing }: Words): HTMLParagraphElement | null {
  const kind = kindOf(label);
  if (kind === 'virtual') return paragraph(framing.virtual(label), 'note');
  return kind === 'unsuitable' ? paragraph(framing.unsuitable(label), 'note') : null;
}

function chooser(camera: Camera, { framing }: Words, onChoice: (deviceId: string) => void): HTMLDivElement | null {
  if (camera.cameras.length < 2) return null;
  const select = el('select', { id: 'camera' });
  camera.cameras.forEach(({ deviceId, label }, index) => {
    const name = label === '' ? framing.unnamedCamera(index + 1) : label;
    select.append(el('option', { value: deviceId, selected: deviceId === camera.deviceId }, name));
  });
  select.addEventListener('change', () => onChoice(select.value));
  return el('div', { class: 'field' }, el('label', { for: 'camera' }, framing.camera), select);
}
