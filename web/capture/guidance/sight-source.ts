import type { Sight } from './sight.js';

/** One call at a time. */
export interface SightSource {
  see(video: HTMLVideoElement): Promise<Sight>;
  close(): void;
}
