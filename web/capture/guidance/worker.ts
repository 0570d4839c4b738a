import { loadBrowserStages } from './browser-models.js';
import { readFrame } from './frame.js';
import { type Sight, see } from './sight.js';

/** Replies of the worker: one when the models are loaded, then one per frame. */
export type Reply =
  | { readonly outcome: 'loaded' }
  | { readonly outcome: 'seen'; readonly sight: Sight }
  | { readonly outcome: 'failed'; readonly reason: string };

const reply = (message: Reply): void => postMessage(message);
const fail = (error: unknown): void => reply({ outcome: 'failed', reason: String(error) });

async function start(): Promise<void> {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  const stages = await loadBrowserStages();
  addEventListener('message', ({ data: { frame } }: MessageEvent<{ readonly frame: ImageBitmap }>) => {
    const look = async (): Promise<void> => {
      const { picture, scale } = readFrame(context, frame, frame.width, frame.height);
      frame.close();
      reply({ outcome: 'seen', sight: await see(picture, scale, stages) });
      picture.data.fill(0);
    };
    look().catch(fail);
  });
  reply({ outcome: 'loaded' });
}

start().catch(fail);
