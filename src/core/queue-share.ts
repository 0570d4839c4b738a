import type { FaceError } from '../errors.js';
import { networksOf } from './limits/networks.js';

/** Pictures of one check: after the engine refuses one, the rest are not decoded. */
export interface PictureRow {
  /** Error of the first refused picture; `null`: none. */
  readonly refusal: FaceError | null;
  /** Records a refused picture. @param tookMs - worker time spent on it */
  onRefused(error: FaceError, tookMs: number): void;
}

/** The caller of engine or Argon2id work, which determines its place in the queue. */
export interface QueueShare {
  /** `known`: a client token, a signed-in user or one vouched for by a provider. Known callers go first. */
  readonly class: 'known' | 'anonymous';
  /** Key for taking turns within a class. */
  readonly source: string;
  /** Row of the pictures; absent if they are independent. */
  readonly row?: PictureRow;
}

/** Creates the share of a known caller. */
export const knownShare = (source: string): QueueShare => ({ class: 'known', source });

/** Share of a program that does not compete for the engine or Argon2id. */
export const soleShare = knownShare('this program');

/** Creates the share of an anonymous caller; one per IPv6 site. @param source - from `toSource` */
export const anonymousShare = (source: string): QueueShare => ({
  class: 'anonymous',
  source: networksOf(source)[0]?.name ?? source,
});
