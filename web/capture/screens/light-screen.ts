import type { ScreenAxis, ScreenColour, ScreenLight } from '../../../src/core/screen-light.js';
import { el } from '../dom.js';
import { sleep } from '../step.js';

/**
 * Between two changes of the screen: 2.5 of them in a second at most, each half of what WCAG calls a flash.
 * @see https://www.w3.org/TR/WCAG22/#three-flashes-or-below-threshold
 */
const betweenChangesMs = 400;

/** The whole screen as a lamp before the person's face. */
export interface LightScreen {
  /** Lies over all of the page. */
  readonly element: HTMLDivElement;
  /**
   * Shows a light, as soon as the former has been there for long enough.
   * @returns when it was painted, on the clock of `performance.now`
   */
  show(light: ScreenLight): Promise<number>;
  /** Settles once the light has been there for long enough: the screen may change again. */
  held(): Promise<void>;
}

/** @param over - what stands on the light */
export function createLightScreen(axis: ScreenAxis, ...over: readonly Node[]): LightScreen {
  const halves = [el('div', { class: 'half' }), el('div', { class: 'half' })] as const;
  const lamp = el('div', { class: 'lamp', 'data-axis': axis, 'aria-hidden': 'true' }, ...halves);
  let changedAt = Number.NEGATIVE_INFINITY;
  const toHoldMs = (): number => changedAt + betweenChangesMs - performance.now();
  return {
    element: el('div', { class: 'light' }, lamp, el('div', { class: 'over' }, ...over)),
    held: () => sleep(toHoldMs()),
    async show({ first, second }) {
      // Not even a moment where there is nothing to wait for: the first light comes with the screen itself.
      if (toHoldMs() > 0) await sleep(toHoldMs());
      fill(halves[0], first);
      fill(halves[1], second);
      await nextPaint();
      // The new light comes with this frame; at the next one it is there.
      changedAt = performance.now();
      await nextPaint();
      return performance.now();
    },
  };
}

function fill({ style }: HTMLElement, colour: ScreenColour): void {
  style.backgroundColor = colour;
}

const nextPaint = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

/** How the halves lie: side by side where there is more room so. A page that may fill the screen goes by the screen. */
export function axisOfScreen(): ScreenAxis {
  const { width, height } = document.fullscreenEnabled ? screen : { width: innerWidth, height: innerHeight };
  return width > height ? 'across' : 'down';
}
