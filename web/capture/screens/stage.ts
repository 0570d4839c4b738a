import { el, svg } from '../dom.js';

export interface Stage {
  readonly element: HTMLDivElement;
  showProgress(done: number): void;
}

/** Wider than the drawing, as the picture may be. */
const mask = 'M-900-400H1200V800H-900ZM150 60a106 140 0 1 0 0 280a106 140 0 1 0 0-280Z';
const rim = 'M150 60a106 140 0 0 1 0 280a106 140 0 0 1 0-280';

export function createStage(video: HTMLVideoElement): Stage {
  const bar = svg('path', { d: rim, class: 'rim-done', pathLength: '100', 'stroke-dasharray': '0 100' });
  const element = el(
    'div',
    { class: 'stage' },
    video,
    svg(
      'svg',
      { viewBox: '0 0 300 400', preserveAspectRatio: 'xMidYMid meet', 'aria-hidden': 'true' },
      svg('path', { d: mask, class: 'mask', 'fill-rule': 'evenodd' }),
      svg('path', { d: rim, class: 'rim' }),
      bar,
    ),
  );
  return {
    element,
    showProgress: (done) => bar.setAttribute('stroke-dasharray', `${done * 100} 100`),
  };
}
