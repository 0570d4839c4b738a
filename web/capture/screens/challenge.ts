import type { Movement } from '../../../src/core/movements.js';
import { isPlain, type ScreenAxis, type ScreenLight } from '../../../src/core/screen-light.js';
import type { Ahead } from '../ahead.js';
import { digestOf } from '../digest.js';
import { el, icon } from '../dom.js';
import type { FullScreen } from '../full-screen.js';
import type { Guide } from '../guidance/create-guide.js';
import { type Look, type Looks, takeFrame, whenSeen } from '../picture.js';
import { Problem } from '../problem.js';
import type { Frames } from '../state.js';
import { sleep, type Tools } from '../step.js';
import type { NextMovement } from '../view.js';
import { createStage, resume } from './framing.js';

/**
 * Shortest time between changes: at most 2.5 per second, each half of a WCAG flash.
 * @see https://www.w3.org/TR/WCAG22/#three-flashes-or-below-threshold
 */
const betweenChangesMs = 400;

/** @param over - elements to show on top of the light */
function createLightScreen(axis: ScreenAxis, ...over: readonly Node[]) {
  const halves = [el('div', { class: 'half' }), el('div', { class: 'half' })] as const;
  const lamp = el('div', { class: 'lamp', 'data-axis': axis, 'aria-hidden': 'true' }, ...halves);
  let changedAt = Number.NEGATIVE_INFINITY;
  const toHoldMs = (): number => changedAt + betweenChangesMs - performance.now();
  return {
    element: el('div', { class: 'light' }, lamp, el('div', { class: 'over' }, ...over)),
    held: () => sleep(toHoldMs()),
    /** Hides the light while no face is in front of it. */
    hide(isHidden: boolean): void {
      lamp.hidden = isHidden;
    },
    /**
     * Shows a light, after the shortest time since the last change.
     * @returns time of the paint, on the clock of `performance.now`
     */
    async show({ first, second }: ScreenLight): Promise<number> {
      // The first light is shown without waiting, together with the screen itself.
      if (toHoldMs() > 0) await sleep(toHoldMs());
      halves[0].style.backgroundColor = first;
      halves[1].style.backgroundColor = second;
      await nextPaint();
      // The browser paints the light in this frame; it is visible in the next.
      changedAt = performance.now();
      await nextPaint();
      return performance.now();
    },
  };
}

const nextPaint = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

/**
 * Returns the arrangement of the halves: side by side on a wide screen. A page that may become full screen uses the
 * screen's size.
 */
export function axisOfScreen(): ScreenAxis {
  const { width, height } = document.fullscreenEnabled ? screen : { width: innerWidth, height: innerHeight };
  return width > height ? 'across' : 'down';
}

/**
 * Shortest time from an instruction to its picture: `moved` if the instruction has a new movement, `rested` if only the
 * light changes. `alone` is the only movement of a challenge, in which half of all looks must be taken.
 */
const quickestPictureMs = { moved: 410, rested: 310, alone: 1000 } as const;
const readingMs = 450;
/** Time to read and perform a movement if there is no guidance. */
const unguidedMs = 2000;
/** Longest wait, because the guide may not recognize a movement. The server waits 8 s and judges the picture. */
const guidedAtMostMs = 6000;
/** Rest after which a head is assumed not to turn further. */
const settled = { notBeforeMs: 1600, forMs: 400 } as const;
const lookEveryMs = 30;
/**
 * Time after which a missing face counts as lost. Shorter gaps are ignored, because detection may miss a turning head
 * in one or two frames.
 */
const lostAfterMs = 500;
/** Rest before a picture, because the next picture must show the same pose. */
const atRestForMs = 120;

type BegunChallenge = Awaited<ReturnType<typeof beginChallenge>>;

/** Time for which a look ahead counts, while the server's answer is on its way. */
const aheadForMs = 400;

/** Age at which another challenge begins, because the movements must fit into the server's 45 seconds. */
const oldAfterMs = 20_000;

interface Capture {
  readonly video: HTMLVideoElement;
  /** The guide; `null` if pictures are taken after fixed times. */
  readonly guide: Guide | null;
  /** True if the guide just saw a face that is framed and still, and looks ahead. */
  readonly isAhead: boolean;
  /** Challenge without light, which may have begun before. */
  readonly challenge: Ahead<BegunChallenge>;
  readonly looks: Looks;
  /** Full screen, or `null` if the challenge has movements only. */
  readonly fullScreen: FullScreen | null;
  /** True if a lost face ends this challenge without a result, so that another can start. */
  readonly mayPause: boolean;
  readonly ended: AbortSignal;
}

/**
 * Shows the server's movements and lights and takes a picture of each. A picture's digest is sent before the next
 * instruction is revealed.
 * @returns `null` if the face was lost and did not return in time
 * @throws Problem `camera-stopped` if the user left the page
 */
export function performChallenge(capture: Capture, tools: Tools): Promise<Frames | null> {
  const over = new AbortController();
  return Promise.race([perform(capture, tools), whenLeft(over.signal)]).finally(() => over.abort());
}

/**
 * Begins a challenge, and notes the time of the server's answer, on the clock of `performance.now`.
 * @param axis - `null` without light
 */
export async function beginChallenge({ api }: Pick<Tools, 'api'>, axis: ScreenAxis | null) {
  const { nonce, next } = await api.startChallenge(axis);
  return { nonce, next, toldAt: performance.now() };
}

/** Takes the challenge that began before, unless it is old. */
async function takeFresh(challenge: Ahead<BegunChallenge>): Promise<BegunChallenge> {
  const taken = await challenge.take();
  return performance.now() - taken.toldAt < oldAfterMs ? taken : challenge.take();
}

async function perform(
  { video, guide, isAhead, challenge, looks, fullScreen, mayPause, ended }: Capture,
  { page, api }: Tools,
): Promise<Frames | null> {
  const axis = fullScreen === null ? null : axisOfScreen();
  const framedAt = performance.now();
  looks.begin();
  // The first light is shown only after the change to full screen.
  const [{ nonce, next, toldAt: begunAt }] = await Promise.all([
    axis === null ? takeFresh(challenge) : beginChallenge({ api }, axis),
    fullScreen?.settled,
  ]);
  ended.throwIfAborted();
  const isStillAhead = isAhead && performance.now() - framedAt < aheadForMs;
  const stage = createStage(video);
  const instruction = el('p', { class: 'instruction' });
  const lamp = axis === null ? null : createLightScreen(axis, instruction, stage.element);
  let pose = { movement: next.movement, toldAt: performance.now(), isReached: false };
  let due: NextMovement | null = next;
  const showMovement = ({ index, of, movement }: NextMovement): void => {
    const { movements, hold } = page.words.challenge;
    instruction.replaceChildren(icon(movement), pose.isReached ? hold : movements[movement]);
    stage.showProgress(index / of);
    stage.element.dataset.tone = 'calm';
  };
  const showLost = (isLost: boolean): void => {
    lamp?.hide(isLost);
    if (due !== null) showMovement(due);
    if (!isLost) return;
    instruction.replaceChildren(page.words.hints.no_face);
    stage.element.dataset.tone = 'warn';
    page.say(page.words.hints.no_face);
  };
  page.show((words) => {
    if (due !== null) showMovement(due);
    const body = lamp === null ? [instruction, stage.element] : [lamp.element];
    return { screen: 'challenge', heading: words.challenge.heading, body };
  });
  void resume(video);

  const photos: Blob[] = [];
  const taken: Look[] = [];
  const digests = new Set<string>();
  let opened: readonly number[] = [];
  while (due !== null) {
    const { movement, light }: NextMovement = due;
    const isFirst = photos.length === 0;
    const toldAt = performance.now();
    const isMoved = isFirst ? light === null : movement !== pose.movement;
    if (isFirst || isMoved) {
      pose = { movement, toldAt, isReached: isFirst && isStillAhead && light === null };
      page.announceMovement(movement);
    }
    showMovement(due);
    const paintedAt = lamp === null || light === null ? null : await lamp.show(light);
    if (!pose.isReached && (light === null || isPlain(light))) {
      const isReached = await reach({ ...pose, isLit: light !== null, mayPause }, video, guide, showLost);
      if (!isReached) return null;
      pose.isReached = true;
    }
    if (paintedAt !== null) await whenSeen(video, paintedAt);
    ended.throwIfAborted();
    const photo = await takeFrame(video);
    stage.element.dataset.tone = 'good';
    photos.push(photo);
    const digest = await digestOf(photo);
    const pace = !isFirst && due.of === 2 ? 'alone' : isMoved ? 'moved' : 'rested';
    const earliestAt = (isFirst ? begunAt : toldAt) + quickestPictureMs[pace];
    await sleep(earliestAt - performance.now());
    // A small camera's look and picture of the same moment have the same bytes, and each may be committed once.
    digests.add(digest);
    const before = looks.take('movement').filter((look) => !digests.has(look.digest));
    taken.push(...before);
    const committed = await api.commitFrame(
      nonce,
      digest,
      before.map((look) => look.digest),
    );
    opened = committed.opened;
    due = committed.next;
    ended.throwIfAborted();
  }
  await lamp?.held();
  stage.showProgress(1);
  page.announceMovement(null);
  return { nonce, photos: [...photos, ...opened.flatMap((at) => taken[at]?.picture ?? [])] };
}

interface Asked {
  readonly movement: Movement;
  readonly toldAt: number;
  readonly isLit: boolean;
  readonly mayPause: boolean;
}

/**
 * Waits for the movement, or for the time limit. Without light, the movement must be detected twice in a row; with
 * light, once while the head rests.
 * @param showLost - called with true if the face is lost, and with false when it is back
 * @returns false if no face is visible at the time limit, or at once under light, so that another challenge may start
 */
async function reach(
  { movement, toldAt, isLit, mayPause }: Asked,
  video: HTMLVideoElement,
  guide: Guide | null,
  showLost: (isLost: boolean) => void,
): Promise<boolean> {
  const sinceTold = (): number => performance.now() - toldAt;
  const byTheClock = (): Promise<boolean> => sleep(unguidedMs - sinceTold()).then(() => true);
  await sleep(readingMs - sinceTold());
  if (guide === null) return byTheClock();
  let stillSince = performance.now();
  let restsSince = performance.now();
  let facedAt = performance.now();
  let isLost = false;
  for (let seen = 0; sinceTold() < guidedAtMostMs; ) {
    const look = await guide.look(video).catch(() => null);
    if (look === null) return byTheClock();
    const now = performance.now();
    if (look.faces > 0) facedAt = now;
    if (isLost !== now - facedAt > lostAfterMs) {
      isLost = !isLost;
      showLost(isLost);
    }
    if (isLost) {
      // A new challenge begins instead of flashes at an empty room.
      if (isLit && mayPause) return false;
      // The time of rest is measured again from the return of the face.
      [stillSince, restsSince] = [now, now];
      await sleep(lookEveryMs);
      continue;
    }
    if (!look.isBetween) stillSince = now;
    if (!look.isHeld) restsSince = now;
    seen = look.pose === movement ? seen + 1 : 0;
    if (isLit ? seen > 0 && now - restsSince > atRestForMs : seen > 1) return true;
    if (sinceTold() > settled.notBeforeMs && now - stillSince > settled.forMs) return true;
    if (!isLit) await sleep(lookEveryMs);
  }
  return !(isLost && mayPause);
}

/** Rejects if the user leaves the page, because phones then stop the camera and the light is not visible. */
function whenLeft(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const look = (): void => {
      if (document.hidden) reject(new Problem('camera-stopped'));
    };
    document.addEventListener('visibilitychange', look, { signal });
    look();
  });
}
