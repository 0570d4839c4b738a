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
    readonly nearestStrangers: number;
  }>;
  /** Rates by source and level, with one live photo. */
  readonly groups: By<By<GroupRates>>;
  readonly groupsByPhotos: By<By<By<GroupRates>>>;
  /** Rates by source and level, with as many photos as a step-up uses, or fewer if people do not have as many. */
  readonly asUsed: By<By<GroupRates>>;
  readonly nearest: By<By<GroupRates>>;
  readonly nearestByPhotos: By<By<By<GroupRates>>>;
  readonly embeddings: By<By<EmbeddingRates>>;
}
