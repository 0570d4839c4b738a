import type { Accuracy } from '../../../core/ports.js';
import type { Photo } from '../../../core/secrets.js';
import type { Recogniser } from '../../../face/engine/recogniser.js';
import type { EngineEntry } from '../../../face/token/parameters.js';

export interface OwnEngineToMeasure {
  readonly id: number;
  readonly name: string;
  readonly recogniser: Recogniser;
  readonly entry: EngineEntry | null;
}

export interface OpenedPhotos {
  readonly folder: string;
  readonly people: ReadonlyMap<string, readonly Photo[]>;
}

export interface MeasureRequest {
  /** Photos in memory, or a folder with one subfolder per person or per source. */
  readonly data: string | OpenedPhotos;
  readonly modelsFolder: string;
  /** `null` for the built-in engine. */
  readonly own: OwnEngineToMeasure | null;
  readonly command: string;
}

export interface Measured {
  readonly tables: string;
  readonly json: string;
  readonly missing: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly fitted: EngineEntry | null;
  readonly notOffered: readonly Accuracy[];
}
