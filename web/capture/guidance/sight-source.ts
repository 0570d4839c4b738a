import type { Sight } from './sight.js';

/** Analyzes video frames, one call at a time. */
export interface SightSource {
  see(video: HTMLVideoElement): Promise<Sight>;
  close(): void;
}
