import type { Sight } from './sight.js';

/** Analyzes a video's frame, here or in a worker. One call at a time. */
export interface SightSource {
  see(video: HTMLVideoElement): Promise<Sight>;
  close(): void;
}
