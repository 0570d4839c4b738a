import type { Camera } from '../camera.js';
import { kindOf } from '../camera-choice.js';
import { actions, button, el, paragraph } from '../dom.js';
import type { Guide, Look } from '../guidance/index.js';
import type { Words } from '../messages/words.js';
import { sleep, type Tools } from '../step.js';
import type { View } from '../view.js';
import { flashesId, flashWarning } from './flashes.js';
import { createStage } from './stage.js';

/** What the person chose: to begin, with the screen's light or without it, or another camera. */
export type Framed = 'lit' | 'unlit' | { readonly deviceId: string };

const lookEveryMs = 120;

interface Framing {
  readonly camera: Camera;
  /** `null`: not available. */
  readonly guide: Promise<Guide | null>;
  /** Whether the screen's light takes part. */
  readonly light: View['light'];
  readonly ended: AbortSignal;
}

/** How far the guidance is. */
type Seen = 'loading' | 'off' | Look;

/**
 * Shows the person themself in an oval and says what would help. "Start" works whatever the guidance thinks, as it is a help,
 * and the server judges; but for a face that is so small in the frame that no movement of it could be judged.
 */
export async function frameFace({ camera, guide, light, ended }: Framing, { page }: Tools): Promise<Framed> {
  const stage = createStage(camera.video);
  const advice = el('p', { id: 'advice', class: 'advice' });
  const isLit = light !== 'none';
  // What the screen will do and the buttons have to be in view with it.
  if (isLit) stage.element.dataset.size = 'small';
  let seen: Seen = 'loading';
  let starts: readonly HTMLButtonElement[] = [];

  const tell = (): void => {
    const text = adviceFor(seen, isLit, page.words);
    advice.textContent = text;
    advice.dataset.tone = toneOf(seen);
    stage.element.dataset.tone = toneOf(seen);
    // Not disabled: it keeps the focus, and what it waits for is its description.
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
    // As it sees a face that is lit well, and before the screen changes that.
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

/** A picture that was moved to another screen may have paused. */
export const resume = (video: HTMLVideoElement): Promise<void> => video.play().catch(() => {});

/** Who has asked their device for less that moves meets the way without flashes first, where it is one. */
const wantsCalm = (light: View['light']): boolean =>
  light === 'offered' && matchMedia('(prefers-reduced-motion: reduce)').matches;

function adviceFor(seen: Seen, isLit: boolean, { framing, hints }: Words): string {
  if (seen === 'loading') return framing.loading;
  if (seen === 'off') return framing.noGuide;
  if (isLit && seen.hint === null && seen.isTooBright) return framing.outshone;
  return seen.hint === null ? framing.ready : hints[seen.hint];
}

/** Whether "Start" waits for the person to come closer. */
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
