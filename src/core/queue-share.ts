import type { FaceError } from '../errors.js';
import { networksOf } from './networks.js';

/** Pictures of one check. After the engine refuses one picture, the remaining pictures are not decoded. */
export interface PictureRow {
  readonly refusal: FaceError | null;
  /** Records a refused picture. @param tookMs - time of the worker, in milliseconds */
  onRefused(error: FaceError, tookMs: number): void;
}

/** A caller's place in the queue for engine or Argon2id work. */
export interface QueueShare {
  /** Known callers go first: client tokens, and users who signed in or for whom the provider vouches. */
  readonly class: 'known' | 'anonymous';
  /** Key of the caller. Callers of the same class take turns. */
  readonly source: string;
  /** Absent if the pictures are independent of each other. */
  readonly row?: PictureRow;
}

export const knownShare = (source: string): QueueShare => ({ class: 'known', source });

export const soleShare = knownShare('this program');

/** Returns the queue place of an anonymous caller. All addresses of an IPv6 /48 together take one turn. */
export const anonymousShare = (source: string): QueueShare => ({
  class: 'anonymous',
  source: networksOf(source)[0]?.name ?? source,
});
