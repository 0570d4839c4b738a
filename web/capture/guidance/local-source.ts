import { loadBrowserStages } from './browser-models.js';
import { readFrame } from './frame.js';
import { GuidanceUnavailable } from './guide.js';
import { see } from './sight.js';
import type { SightSource } from './sight-source.js';

export async function createLocalSource(): Promise<SightSource> {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (context === null) throw new GuidanceUnavailable('no canvas');
  const stages = await loadBrowserStages();
  return {
    async see(video) {
      const { picture, scale } = readFrame(context, video, video.videoWidth, video.videoHeight);
      try {
        return await see(picture, scale, stages);
      } finally {
        picture.data.fill(0);
      }
    },
    close: () => void stages.close(),
  };
}
