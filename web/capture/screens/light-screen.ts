import type { ScreenAxis, ScreenColour, ScreenLight } from '../../../src/core/screen-light.js';
import { el } from '../dom.js';
import { sleep } from '../step.js';

/**
 * Shortest time between changes: at most 2.5 per second, each half of a WCAG flash.
 * @see https://www.w3.org/TR/WCAG22/#three-flashes-or-below-threshold
 */
const betweenChangesMs = 400;

export interface LightScreen {
  readonly element: HTMLDivElement;
  /**
   * Shows a light, after the shortest time since the last change.
   * @returns time of the paint, on the clock of `performance.now`
   */
  show(light: ScreenLight): Promise<number>;
  held(): Promise<void>;
}

/** @param over - elements to show on top of the light */
export function createLightScreen(axis: ScreenAxis, ...over: readonly Node[]): LightScreen {
  const halves = [el('div', { class: 'half' }), el('div', { class: 'half' })] as const;
  const lamp = el('div', { class: 'lamp', 'data-axis': axis, 'aria-hidden': 'true' }, ...halves);
  let changedAt = Number.NEGATIVE_INFINITY;
  const toHoldMs = (): number => changedAt + betweenChangesMs - performance.now();
  return {
    element: el('div', { class: 'light' }, lamp, el('div', { class: 'over' }, ...over)),
    held: () => sleep(toHoldMs()),
    async show({ first, second }) {
      // The first light is shown without waiting, together with the screen itself.
      if (toHoldMs() > 0) await sleep(toHoldMs());
      fill(halves[0], first);
      fill(halves[1], second);
      await nextPaint();
      // The browser paints the light in this frame; it is visible in the next.
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

/**
 * Returns the arrangement of the halves: side by side on a wide screen. A page that may become full screen uses the
 * screen's size.
 */
export function axisOfScreen(): ScreenAxis {
  const { width, height } = document.fullscreenEnabled ? screen : { width: innerWidth, height: innerHeight };
  return width > height ? 'across' : 'down';
}
