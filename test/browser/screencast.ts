import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { z } from 'zod';

/** Colors of both screen halves at one moment, sRGB 0 to 255. */
export interface Shown {
  /** Time by the browser's clock, in milliseconds. */
  readonly at: number;
  readonly first: readonly number[];
  readonly second: readonly number[];
}

const frameGuard = z.object({
  data: z.string(),
  sessionId: z.number(),
  metadata: z.object({ timestamp: z.number() }),
});

/** Records the page as the browser paints it. The returned function ends the recording and returns the colors. */
export async function film(page: Page, axis: 'across' | 'down'): Promise<() => Promise<readonly Shown[]>> {
  const session = await page.context().newCDPSession(page);
  const frames: z.output<typeof frameGuard>[] = [];
  session.on('Page.screencastFrame', (event) => {
    const frame = frameGuard.parse(event);
    frames.push(frame);
    session.send('Page.screencastFrameAck', { sessionId: frame.sessionId }).catch(() => {});
  });
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
  return async () => {
    await session.send('Page.stopScreencast').catch(() => {});
    return Promise.all(
      // Frames may arrive out of order.
      frames
        .toSorted((a, b) => a.metadata.timestamp - b.metadata.timestamp)
        .map(async ({ data, metadata }) => {
          const { data: pixels, info } = await sharp(Buffer.from(data, 'base64'))
            .removeAlpha()
            .raw()
            .toBuffer({ resolveWithObject: true });
          const read = (x: number, y: number): readonly number[] => {
            const from = 3 * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width));
            return [...pixels.subarray(from, from + 3)];
          };
          // Reads points next to the content, which is in the middle.
          const halves = axis === 'across' ? [read(0.1, 0.6), read(0.9, 0.6)] : [read(0.05, 0.25), read(0.05, 0.75)];
          return { at: 1000 * metadata.timestamp, first: halves[0]!, second: halves[1]! };
        }),
    );
  };
}
