import type { Movement } from '../../../src/core/movements.js';
import { el, icon, paragraph } from '../dom.js';
import type { Guide } from '../guidance/index.js';
import { digestOf, takeFrame } from '../picture.js';
import { Problem } from '../problem.js';
import type { Frames } from '../state.js';
import { sleep, type Tools } from '../step.js';
import type { NextMovement } from '../view.js';
import { resume } from './framing.js';
import { createStage } from './stage.js';

/** Sooner nobody can have read the movement, and the server takes no picture before 400 ms. */
const readingMs = 450;
/** Without guidance: the time to read a movement and to make it. */
const unguidedMs = 2000;
/** The guidance may not know this face's movements: the server, which waits 8 s, then judges the picture as it is. */
const guidedAtMostMs = 6000;
/** Whoever has turned and stands still for so long, after the time a movement takes, turns no further. */
const settled = { notBeforeMs: 2000, forMs: 600 } as const;
const lookEveryMs = 30;

interface Capture {
  readonly video: HTMLVideoElement;
  /** `null`: not available, the pictures are taken by the clock. */
  readonly guide: Guide | null;
  readonly ended: AbortSignal;
}

/**
 * Asks for the movements as the server names them and takes a picture of each. The server learns a picture's digest
 * before it tells the next movement.
 * @throws Problem `camera-stopped` where the page is left in the middle
 */
export async function performChallenge(capture: Capture, tools: Tools): Promise<Frames> {
  const left = whenLeft();
  try {
    return await Promise.race([perform(capture, tools), left.rejection]);
  } finally {
    left.forget();
  }
}

async function perform({ video, guide, ended }: Capture, { page, api }: Tools): Promise<Frames> {
  const { nonce, next } = await api.startChallenge();
  ended.throwIfAborted();
  const stage = createStage(video);
  const instruction = el('p', { class: 'instruction' });
  const progress = paragraph('', 'progress');
  let due: NextMovement | null = next;
  const tell = ({ index, of, movement }: NextMovement): void => {
    instruction.replaceChildren(icon(movement), page.words.challenge.movements[movement]);
    progress.textContent = page.words.challenge.progress(index + 1, of);
    stage.showProgress(index / of);
    stage.element.dataset.tone = 'calm';
  };
  page.show((words) => {
    if (due !== null) tell(due);
    return { screen: 'challenge', heading: words.challenge.heading, body: [instruction, stage.element, progress] };
  });
  void resume(video);

  const photos: Blob[] = [];
  while (due !== null) {
    tell(due);
    page.tellMovement(due.movement);
    await reach(due.movement, video, guide);
    ended.throwIfAborted();
    const photo = await takeFrame(video);
    stage.element.dataset.tone = 'good';
    photos.push(photo);
    due = await api.commitFrame(nonce, await digestOf(photo));
    ended.throwIfAborted();
  }
  stage.showProgress(1);
  page.tellMovement(null);
  return { nonce, photos };
}

/** Resolves when the movement is seen twice in a row, or when waiting longer makes no sense: the server judges the picture. */
async function reach(movement: Movement, video: HTMLVideoElement, guide: Guide | null): Promise<void> {
  const toldAt = performance.now();
  await sleep(readingMs);
  if (guide === null) return sleep(unguidedMs - readingMs);
  let stillSince = performance.now();
  for (let seen = 0; seen < 2 && performance.now() - toldAt < guidedAtMostMs; ) {
    const look = await guide.look(video).catch(() => null);
    if (look === null) return sleep(Math.max(0, unguidedMs - (performance.now() - toldAt)));
    seen = look.pose === movement ? seen + 1 : 0;
    const now = performance.now();
    if (!look.isBetween) stillSince = now;
    if (now - toldAt > settled.notBeforeMs && now - stillSince > settled.forMs) return;
    await sleep(lookEveryMs);
  }
}

/** Phones stop the camera of a page that nobody sees, and the movements are timed: the challenge starts anew. */
function whenLeft(): { readonly rejection: Promise<never>; forget(): void } {
  const forgotten = new AbortController();
  const rejection = new Promise<never>((_resolve, reject) => {
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.hidden) reject(new Problem('camera-stopped'));
      },
      { signal: forgotten.signal },
    );
  });
  return { rejection, forget: () => forgotten.abort() };
}
