import { z } from 'zod';

/** A face's template, as its library makes it. */
export type Template = Float32Array;

export const comparisonGuard = z.object({
  /** The finest measure the library gives, so that more is more alike. */
  score: z.number(),
  /** Its decision, at the threshold its own documentation names. */
  isMatch: z.boolean(),
});
/** What a library says of two templates. */
export type Comparison = z.output<typeof comparisonGuard>;

/** Which face of a photo is meant: the one its library puts first, or, in evaluation photos, the one nearest the middle. */
export type Choice = 'first' | 'central';

export const settingsGuard = z.object({
  version: z.string(),
  /** What its models run on. */
  backend: z.string(),
  /** The settings that matter, in words. */
  settings: z.string(),
  /** The documented threshold of `isMatch`, in words. */
  threshold: z.string(),
});
export type Settings = z.output<typeof settingsGuard>;

/** A face library, ready to work, in this process alone. */
export interface FaceLibrary extends Settings {
  /** @param photo - an encoded picture. @returns `null` if no face is found */
  embed(photo: Uint8Array, choice: Choice): Promise<Template | null>;
  compare(a: Template, b: Template): Comparison;
}

/** How a face library is set up: one entry for each that is measured. The keys are those of the report. */
export const libraryNames = ['facestep', 'faceApi', 'faceApiFast', 'human', 'humanFast'] as const;
export type LibraryName = (typeof libraryNames)[number];

/** A face as a detector reports it. */
interface FoundFace {
  /** 0 to 1. */
  readonly score: number;
  /** The middle of its box, in pixels. */
  readonly middle: { readonly x: number; readonly y: number };
}

const sureScore = 0.5;

/**
 * Chooses the face nearest the middle of the photo, of those the detector is sure of; if it is sure of none, its best guess.
 * @returns `undefined` if there is none
 */
export function chooseCentral<Face extends FoundFace>(
  faces: readonly Face[],
  size: { readonly widthPx: number; readonly heightPx: number },
): Face | undefined {
  const fromMiddle = ({ middle }: Face): number =>
    Math.hypot(middle.x - size.widthPx / 2, middle.y - size.heightPx / 2);
  const sure = faces.filter(({ score }) => score >= sureScore);
  return sure.length > 0
    ? sure.toSorted((a, b) => fromMiddle(a) - fromMiddle(b))[0]
    : faces.toSorted((a, b) => b.score - a.score)[0];
}
