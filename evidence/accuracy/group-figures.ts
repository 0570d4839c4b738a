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
    /**
     * How many of the most similar impostors each person is compared with: ten, or everyone else if there are fewer.
     */
    readonly nearestStrangers: number;
  }>;
  /** Rates by source and level, with the level's minimum number of enrolled photos and one live photo. */
  readonly groups: By<By<GroupRates>>;
  readonly groupsByPhotos: By<By<By<GroupRates>>>;
  /** Rates by source and level, with as many photos as a step-up uses, or as many as people have. */
  readonly asUsed: By<By<GroupRates>>;
  readonly nearest: By<By<GroupRates>>;
  readonly nearestByPhotos: By<By<By<GroupRates>>>;
  readonly embeddings: By<By<EmbeddingRates>>;
}
