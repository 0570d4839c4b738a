import { sleep } from './step.js';

/** Longest wait until the page is in full screen. It takes time, because some systems animate the change. */
const filledWithinMs = 1000;

export interface FullScreen {
  readonly settled: Promise<unknown>;
  leave(): void;
}

/**
 * Requests full screen, if supported. Call it right after a press. A page that is already in full screen, as at a
 * kiosk, stays in it.
 */
export function fillScreen(): FullScreen {
  if (!document.fullscreenEnabled || document.fullscreenElement !== null) {
    return { settled: Promise.resolve(), leave: () => {} };
  }
  const filled = document.documentElement.requestFullscreen({ navigationUI: 'hide' }).catch(() => {});
  const leave = (): void => {
    if (document.fullscreenElement !== null) document.exitFullscreen().catch(() => {});
  };
  return { settled: Promise.race([filled, sleep(filledWithinMs)]), leave: () => void filled.then(leave) };
}
