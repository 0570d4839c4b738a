import type { Ahead } from '../ahead.js';
import type { Camera } from '../camera.js';
import { kindOf } from '../camera-choice.js';
import { actions, button, el, field, paragraph, svg } from '../dom.js';
import type { Guide } from '../guidance/create-guide.js';
import type { GuideReading } from '../guidance/guide.js';
import type { Looks } from '../picture.js';
import { sleep, type Tools } from '../step.js';
import type { Words } from '../words.js';

/** The mask extends beyond the drawing area, because the camera picture may be wider. */
const mask = 'M-900-400H1110V800H-900ZM105 10a98 140 0 1 0 0 280a98 140 0 1 0 0-280Z';
const rim = 'M105 10a98 140 0 0 1 0 280a98 140 0 0 1 0-280';

/** Enlarges a portrait picture, which shows more above and below, so that a face fills the oval at a good distance. */
const portraitZoom = '1.3';

export function createStage(video: HTMLVideoElement) {
  const bar = svg('path', { d: rim, class: 'rim-done', pathLength: '100', 'stroke-dasharray': '0 100' });
  const element = el(
    'div',
    { class: 'stage' },
    video,
    svg(
      'svg',
      { viewBox: '0 0 210 300', preserveAspectRatio: 'xMidYMid meet', 'aria-hidden': 'true' },
      svg('path', { d: mask, class: 'mask', 'fill-rule': 'evenodd' }),
      svg('path', { d: rim, class: 'rim' }),
      bar,
    ),
  );
  if (video.videoHeight > video.videoWidth) element.style.setProperty('--zoom', portraitZoom);
  return {
    element,
    showProgress: (done: number): void => bar.setAttribute('stroke-dasharray', `${done * 100} 100`),
  };
}

/** `ahead`: the guide sees a face that is framed and still, and looks ahead; `start`: another one begins the check. */
export type Framed = 'ahead' | 'start' | 'phone' | 'unlit' | { readonly deviceId: string };

const lookEveryMs = 120;
/** Time for which exactly one face must be well positioned and still before the check starts. */
const steadyForMs = 500;
/** Part of this time after which a challenge is asked for, so that a passing look asks for none. */
const askedForAfterMs = 250;
/** Time after which a start button appears if a hint persists or there is no guide. */
const startOfferedAfterMs = 8000;
/** Time after which the check starts without a guide that is still loading, as over a slow connection. */
const unguidedAfterMs = 10_000;

interface Framing {
  readonly camera: Camera;
  /** The guide, or `null` if it is not available. */
  readonly guide: Promise<Guide | null>;
  readonly isLit: boolean;
  /** True if the screen will light up without a question, so that this screen offers to skip it. */
  readonly isLightSkippable: boolean;
  readonly isPhoneOffered: boolean;
  /** Challenge without light, which begins as soon as a face is framed. */
  readonly challenge: Ahead<unknown>;
  readonly looks: Looks;
  readonly ended: AbortSignal;
}

type Seen = 'loading' | 'slow' | 'off' | GuideReading;

/**
 * Shows the user in an oval with hints, until one face is framed and still. "Start" appears only without the guide or
 * if a hint persists, because the server judges anyway.
 */
export async function frameFace(framing: Framing, { page }: Tools): Promise<Framed> {
  const { camera, guide, isLit, isLightSkippable, isPhoneOffered, challenge, looks, ended } = framing;
  const stage = createStage(camera.video);
  const advice = el('p', { id: 'advice', class: 'advice' });
  const begunAt = performance.now();
  let seen: Seen = 'loading';
  let start: HTMLButtonElement | null = null;
  let choose: (choice: Framed) => void = () => {};

  const showAdvice = (): void => {
    const text = adviceFor(seen, isLit, page.words);
    advice.textContent = text;
    advice.dataset.tone = toneOf(seen, isLit);
    stage.element.dataset.tone = toneOf(seen, isLit);
    if (start !== null) start.hidden = !mayStart(seen, isLit, performance.now() - begunAt);
    page.say(text);
  };
  const begin = (framed: 'ahead' | 'start'): void => {
    // The exposure is fixed while the face is well lit, before the screen's light would change it.
    if (isLit && isReady(seen, isLit)) camera.holdExposure();
    choose(framed);
  };
  const watch = async (): Promise<void> => {
    const slow = setTimeout(() => {
      seen = 'slow';
      if (!ended.aborted) showAdvice();
    }, startOfferedAfterMs);
    const late = setTimeout(() => {
      if (!ended.aborted) begin('start');
    }, unguidedAfterMs);
    const loaded = await guide.finally(() => {
      clearTimeout(slow);
      clearTimeout(late);
    });
    seen = 'off';
    let steadySince: number | null = null;
    while (!ended.aborted && loaded !== null) {
      seen = await loaded.look(camera.video);
      if (ended.aborted) return;
      const now = performance.now();
      steadySince = isReady(seen, isLit) ? (steadySince ?? now) : null;
      showAdvice();
      const heldMs = steadySince === null ? 0 : now - steadySince;
      stage.showProgress(Math.min(1, heldMs / steadyForMs));
      if (heldMs >= askedForAfterMs) looks.begin();
      if (heldMs >= askedForAfterMs && !isLit) challenge.begin();
      if (heldMs === 0) looks.take('ahead');
      if (heldMs >= steadyForMs) return begin(seen.pose === 'centre' ? 'ahead' : 'start');
      await sleep(lookEveryMs);
    }
    if (!ended.aborted) showAdvice();
  };
  const framed = page.ask<Framed>((words, onChoice) => {
    choose = onChoice;
    start = button('plain', words.framing.start, () => begin('start'));
    start.setAttribute('aria-describedby', advice.id);
    showAdvice();
    return {
      screen: 'framing',
      heading: words.framing.heading,
      body: [
        advice,
        stage.element,
        paragraph(words.framing.text),
        noteOn(camera, words),
        chooser(camera, words, (deviceId) => choose({ deviceId })),
        actions(
          start,
          isLightSkippable ? button('quiet', words.framing.withoutFlashes, () => choose('unlit')) : null,
          isPhoneOffered ? button('faint', words.usePhone, () => choose('phone')) : null,
        ),
      ],
    };
  });
  void resume(camera.video);
  watch().catch(() => {
    seen = 'off';
    if (!ended.aborted) showAdvice();
  });
  return framed;
}

/** Continues a video, which may have paused when it was moved in the DOM. */
export const resume = (video: HTMLVideoElement): Promise<void> => video.play().catch(() => {});

function adviceFor(seen: Seen, isLit: boolean, { framing, hints }: Words): string {
  if (seen === 'loading') return framing.loading;
  if (seen === 'slow') return framing.slow;
  if (seen === 'off') return framing.noGuide;
  if (isLit && seen.hint === null && seen.isTooBright) return framing.outshone;
  return seen.hint === null ? framing.ready : hints[seen.hint];
}

const isReady = (seen: Seen, isLit: boolean): boolean =>
  typeof seen !== 'string' && seen.ready && !(isLit && seen.isTooBright);

function mayStart(seen: Seen, isLit: boolean, afterMs: number): boolean {
  if (typeof seen === 'string') return seen !== 'loading';
  return seen.faces === 1 && !seen.isTooSmall && !isReady(seen, isLit) && afterMs >= startOfferedAfterMs;
}

function toneOf(seen: Seen, isLit: boolean): 'calm' | 'good' | 'warn' {
  if (typeof seen === 'string') return 'calm';
  if (seen.faces > 1) return 'warn';
  return isReady(seen, isLit) ? 'good' : 'calm';
}

function noteOn({ label, facing }: Camera, { framing }: Words): HTMLParagraphElement | null {
  const kind = kindOf({ label, facing });
  if (kind === 'virtual') return paragraph(framing.virtual({ camera: label }), 'note');
  return kind === 'unsuitable' ? paragraph(framing.unsuitable({ camera: label }), 'note') : null;
}

function chooser(camera: Camera, { framing }: Words, onChoice: (deviceId: string) => void): HTMLDivElement | null {
  if (camera.cameras.length < 2) return null;
  const select = el('select', { id: 'camera' });
  camera.cameras.forEach(({ deviceId, label }, index) => {
    const name = label === '' ? framing.unnamedCamera({ number: index + 1 }) : label;
    select.append(el('option', { value: deviceId, selected: deviceId === camera.deviceId }, name));
  });
  select.addEventListener('change', () => onChoice(select.value));
  return field(framing.camera, select);
}
