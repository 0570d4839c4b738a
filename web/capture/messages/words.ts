import type { Translated } from '../../shared/languages.js';
import type { ProblemName } from '../problem.js';
import type { en } from './en.js';

export interface ConsentFacts {
  readonly organisation: string | null;
  readonly retentionDays: number | null;
  readonly referencePhotoNeeded: boolean;
}

export interface ConsentWords {
  readonly heading: string;
  readonly intro: (organisation: string | null) => string;
  readonly sections: (facts: ConsentFacts) => readonly { readonly heading: string; readonly text: string }[];
}

export type ProblemTexts = Readonly<
  Record<ProblemName, { readonly heading: string; readonly text: string; readonly steps?: readonly string[] }>
>;

/** Texts of the capture page. A language with missing texts does not compile. */
export type Words = Translated<typeof en>;
