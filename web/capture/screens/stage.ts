import { el, svg } from '../dom.js';

export interface Stage {
  readonly element: HTMLDivElement;
  showProgress(done: number): void;
}

/** The mask extends beyond the drawing area, because the camera picture may be wider. */
const mask = 'M-900-400H1110V800H-900ZM105 10a98 140 0 1 0 0 280a98 140 0 1 0 0-280Z';
const rim = 'M105 10a98 140 0 0 1 0 280a98 140 0 0 1 0-280';

/** Enlarges a portrait picture, which shows more above and below, so that a face fills the oval at a good distance. */
const portraitZoom = '1.3';

export function createStage(video: HTMLVideoElement): Stage {
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
    showProgress: (done) => bar.setAttribute('stroke-dasharray', `${done * 100} 100`),
  };
}
