import type { AccuracyFigures } from './figures.js';
import type { EmbeddingRates, GroupRates } from './group-rates.js';
import type { By } from './rates.js';

/** What one evaluation found out of strangers within each source. */
export interface GroupFigures
  extends Pick<
    AccuracyFigures,
    | 'date'
    | 'command'
    | 'machine'
    | 'engine'
    | 'judge'
    | 'data'
    | 'missing'
    | 'photosPerSecond'
    | 'photosFromCache'
    | 'seconds'
  > {
  readonly secondsToEmbed: number;
  readonly sources: By<{
    readonly people: number;
    readonly photos: number;
    readonly fta: AccuracyFigures['fta'];
    /** How many strangers count as a person's nearest: ten, or everybody else. */
    readonly nearestStrangers: number;
  }>;
  /** By source and level, with as many photos enrolled as the level demands and one shown. */
  readonly groups: By<By<GroupRates>>;
  /** By source, level, and photos at enrolment × at verification. */
  readonly groupsByPhotos: By<By<By<GroupRates>>>;
  /** By source and level, as many photos enrolled and shown as a step-up takes, or as many as people have. */
  readonly asUsed: By<By<GroupRates>>;
  /** The first two among each person's nearest strangers. */
  readonly nearest: By<By<GroupRates>>;
  readonly nearestByPhotos: By<By<By<GroupRates>>>;
  /** By source and published operating point. */
  readonly embeddings: By<By<EmbeddingRates>>;
}
