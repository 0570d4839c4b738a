import type { Sight } from './sight.js';

/** Looks at what a video shows, here or on a thread of its own. One call at a time. */
export interface SightSource {
  see(video: HTMLVideoElement): Promise<Sight>;
  close(): void;
}
