import type { FaceError } from '../errors.js';
import { networksOf } from './limits/networks.js';

/** Pictures of one check: after the engine refuses one, the rest are not decoded. */
export interface PictureRow {
  /** The first refused picture's; `null`: none. */
  readonly refusal: FaceError | null;
  /** Records a refused picture. @param tookMs - worker time */
  onRefused(error: FaceError, tookMs: number): void;
}

/** A caller's place in the queue of engine or Argon2id work. */
export interface QueueShare {
  /** `known`: a client token, a signed-in or vouched-for user. Known callers go first. */
  readonly class: 'known' | 'anonymous';
  /** Key for taking turns within a class. */
  readonly source: string;
  /** Absent: independent pictures. */
  readonly row?: PictureRow;
}

/** Creates the share of a known caller. */
export const knownShare = (source: string): QueueShare => ({ class: 'known', source });

/** For programs without competitors. */
export const soleShare = knownShare('this program');

/** Creates an anonymous caller's share; one per IPv6 site. */
export const anonymousShare = (source: string): QueueShare => ({
  class: 'anonymous',
  source: networksOf(source)[0]?.name ?? source,
});
