import type { AccuracyFigures } from './figures.js';
import type { EmbeddingRates, GroupRates } from './group-rates.js';
import type { By } from './rates.js';

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
    /** Nearest impostors of a person: ten, or everyone else. */
    readonly nearestStrangers: number;
  }>;
  /** By source and level, with the level's minimum photos enrolled and one shown. */
  readonly groups: By<By<GroupRates>>;
  readonly groupsByPhotos: By<By<By<GroupRates>>>;
  /** By source and level, with the photos of a step-up or as many as people have. */
  readonly asUsed: By<By<GroupRates>>;
  readonly nearest: By<By<GroupRates>>;
  readonly nearestByPhotos: By<By<By<GroupRates>>>;
  readonly embeddings: By<By<EmbeddingRates>>;
}
