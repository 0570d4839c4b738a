import { z } from 'zod';
import { embeddingNumbers } from './embed.js';
import { preprocessGuard } from './preprocess.js';

const digestGuard = z.string().regex(/^[0-9a-f]{64}$/);
const tensorNameGuard = z.string().min(1).max(256);

/**
 * Fewest numbers a model may describe a face by; the most are those of an embedding. With half of an embedding's numbers or
 * fewer, a part of the message that is guessed gives the rest without a face: `npm run attacks -- few-numbers`.
 */
export const leastNumbers = 257;

/** A recognition model of one's own: the file, and what goes in and comes out. */
export const recognitionModelGuard = z.strictObject({
  /** Its name in the folder it is kept in. */
  file: z.string().regex(/^[0-9a-f]{64}\.onnx$/),
  sha256: digestGuard,
  bytes: z.int().positive(),
  /** The names of the tensor it takes, 1 × 3 × size × size, and of the one it gives. */
  input: tensorNameGuard,
  output: tensorNameGuard,
  /** How many it gives for one face. Models imported earlier may have fewer than `leastNumbers`: they are listed, not used. */
  numbers: z.int().positive().max(embeddingNumbers),
});
export type RecognitionModel = z.output<typeof recognitionModelGuard>;

/** A model and how a face is shown to it: what the engine needs to describe faces by it, beside its own model. */
export const recogniserGuard = z.strictObject({
  /** SHA-256 of model and preprocessing: two engines of one model may share it. */
  id: digestGuard,
  folder: z.string(),
  model: recognitionModelGuard,
  preprocess: preprocessGuard,
});
export type Recogniser = z.output<typeof recogniserGuard>;
