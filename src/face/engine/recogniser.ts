import { z } from 'zod';
import { embeddingNumbers } from './embed.js';
import { preprocessGuard } from './preprocess.js';

const digestGuard = z.string().regex(/^[0-9a-f]{64}$/);
const tensorNameGuard = z.string().min(1).max(256);

/**
 * Minimum length of an embedding. With 256 numbers or fewer, half of the usual 512, an attacker could reconstruct the
 * message sealed in a token without the face (`npm run attacks -- few-numbers`).
 */
export const leastNumbers = 257;

export const recognitionModelGuard = z.strictObject({
  file: z.string().regex(/^[0-9a-f]{64}\.onnx$/),
  sha256: digestGuard,
  bytes: z.int().positive(),
  input: tensorNameGuard,
  output: tensorNameGuard,
  /**
   * Length of the model's embedding. An earlier version may have imported a model with fewer than `leastNumbers`; such
   * a model is listed but not used.
   */
  numbers: z.int().positive().max(embeddingNumbers),
});
export type RecognitionModel = z.output<typeof recognitionModelGuard>;

export const recogniserGuard = z.strictObject({
  id: digestGuard,
  folder: z.string(),
  model: recognitionModelGuard,
  preprocess: preprocessGuard,
});
export type Recogniser = z.output<typeof recogniserGuard>;
