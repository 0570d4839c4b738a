import { sleep } from './step.js';

/** Longest wait until the page is in full screen. It takes time, because some systems animate the change. */
const filledWithinMs = 1000;

export type FullScreen = ReturnType<typeof fillScreen>;

/** Requests full screen after a press, if supported. A kiosk stays in full screen. */
export function fillScreen() {
  if (!document.fullscreenEnabled || document.fullscreenElement !== null) {
    return { settled: Promise.resolve(), leave: () => {} };
  }
  const filled = document.documentElement.requestFullscreen({ navigationUI: 'hide' }).catch(() => {});
  const leave = (): void => {
    if (document.fullscreenElement !== null) document.exitFullscreen().catch(() => {});
  };
  return { settled: Promise.race([filled, sleep(filledWithinMs)]), leave: () => void filled.then(leave) };
}
