import { sleep } from './step.js';

/** Some systems move the window to a screen of its own meanwhile. */
const filledWithinMs = 1000;

/** The page on the whole screen, for a while. */
export interface FullScreen {
  /** Resolves when the page fills the screen, or it turns out that it won't. */
  readonly settled: Promise<unknown>;
  leave(): void;
}

/**
 * Fills the screen with the page where the browser lets it, right after a press: iPhones never do, and nothing depends on it. A
 * kiosk that fills it already stays so.
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
