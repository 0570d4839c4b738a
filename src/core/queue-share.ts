import { networksOf } from './limits/networks.js';

/** The caller that work of the engine or of Argon2id is done for: it decides when the work has its turn. */
export interface QueueShare {
  /** `known`: a client token, a signed-in person or one that a provider vouches for. Known callers go first. */
  readonly class: 'known' | 'anonymous';
  /** Callers of one class take turns by it. */
  readonly source: string;
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
