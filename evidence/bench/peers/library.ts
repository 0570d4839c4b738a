import { z } from 'zod';

export type Template = Float32Array;

export const comparisonGuard = z.object({
  /** The most precise similarity that the library offers; higher is more similar. */
  score: z.number(),
  isMatch: z.boolean(),
});
export type Comparison = z.output<typeof comparisonGuard>;

export type Choice = 'first' | 'central';

export const settingsGuard = z.object({
  version: z.string(),
  backend: z.string(),
  settings: z.string(),
  /** Documented threshold of `isMatch`, in words. */
  threshold: z.string(),
});
export type Settings = z.output<typeof settingsGuard>;

export interface FaceLibrary extends Settings {
  /** @returns `null` if no face is found */
  embed(photo: Uint8Array, choice: Choice): Promise<Template | null>;
  compare(a: Template, b: Template): Comparison;
}

export const libraryNames = ['facestep', 'faceApi', 'faceApiFast', 'human', 'humanFast'] as const;
export type LibraryName = (typeof libraryNames)[number];

interface FoundFace {
  readonly score: number;
  readonly middle: { readonly x: number; readonly y: number };
}

const sureScore = 0.5;

/** Chooses the most central of the confidently detected faces. If there is none, chooses the most likely face. */
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
