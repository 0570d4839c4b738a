import type { FaceError } from '../errors.js';
import { networksOf } from './limits/networks.js';

/** Pictures of one check: once the engine has refused one of them, the rest are not decoded. */
export interface PictureRow {
  /** What the first refused picture was refused with; `null`: none was refused. */
  readonly refusal: FaceError | null;
  /**
   * Records that the engine refused a picture.
   * @param tookMs - the time that a worker spent on it
   */
  onRefused(error: FaceError, tookMs: number): void;
}

/** The caller that work of the engine or of Argon2id is done for: it decides when the work has its turn. */
export interface QueueShare {
  /** `known`: a client token, a signed-in person or one that a provider vouches for. Known callers go first. */
  readonly class: 'known' | 'anonymous';
  /** Callers of one class take turns by it. */
  readonly source: string;
  /** The row that the pictures belong to; absent if each stands for itself. */
  readonly row?: PictureRow;
}

/** Makes the share of a known caller. */
export const knownShare = (source: string): QueueShare => ({ class: 'known', source });

/** The share of a program that has an engine, or Argon2id, to itself. */
export const soleShare = knownShare('this program');

/**
 * Makes the share of an anonymous caller. All of one IPv6 site have one.
 * @param source - as `toSource` names it
 */
export const anonymousShare = (source: string): QueueShare => ({
  class: 'anonymous',
  source: networksOf(source)[0]?.name ?? source,
});
