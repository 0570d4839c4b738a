import type { Photo } from '../../src/core/concealed.js';
import type { Accuracy } from '../../src/core/ports.js';
import type { Recogniser } from '../../src/engine/recogniser.js';
import type { EngineEntry } from '../../src/token/parameters.js';
import type { JudgedPresentation, PresenceReport } from './presence-report.js';

export type { JudgedPresentation, PresenceRate, PresenceReport } from './presence-report.js';

/** An engine of one's own that is to be measured. */
export interface OwnEngineToMeasure {
  readonly id: number;
  readonly name: string;
  readonly recogniser: Recogniser;
  /** `null`: they are to be fitted. */
  readonly entry: EngineEntry | null;
}

/** Photos that lie in no folder: those of a presence test, opened. */
export interface OpenedPhotos {
  /** Where they were kept, sealed. */
  readonly folder: string;
  /** By person. */
  readonly people: ReadonlyMap<string, readonly Photo[]>;
}

/** What is to be measured, and on what. */
export interface MeasureRequest {
  /** A folder with one folder for each person, or one for each source and the people in those; or photos that are in none. */
  readonly data: string | OpenedPhotos;
  readonly modelsFolder: string;
  /** `null`: the built-in engine, as it is. */
  readonly own: OwnEngineToMeasure | null;
  /** As the figures tell it. */
  readonly command: string;
}

/** What came of it. */
export interface Measured {
  readonly tables: string;
  readonly json: string;
  /** What these people cannot tell. */
  readonly missing: readonly string[];
  /** Name to content. */
  readonly files: Readonly<Record<string, string>>;
  /** Parameters that were not there before. */
  readonly fitted: EngineEntry | null;
  readonly notOffered: readonly Accuracy[];
}

/** The evaluation, which this package has beside the server: nothing of it is loaded before it is asked for. */
export interface Measuring {
  measure(request: MeasureRequest, say: (line: string) => void): Promise<Measured>;
  /** What a presence test came to. */
  ratePresence(judged: readonly JudgedPresentation[]): PresenceReport;
  /** Whether it is the photos that are at fault. */
  isBadInput(error: unknown): error is Error;
}
