import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseJsonAs } from '../../core/base/json.js';
import { FaceError } from '../../errors.js';
import { readWithin } from './published-file.js';

/** Name of the file that describes a model of one's own, in the folder of the model. */
export const modelManifestName = 'model.json';

const digestGuard = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256, hexadecimal');
const nameGuard = z.string().min(1).max(256);
const channelsGuard = z.tuple([z.number(), z.number(), z.number()]);

const statement = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, 'expected no control characters');

/** What the person who brings a model states about it. */
export const modelStatements = {
  file: z.string().regex(/^[\w-][\w.-]*$/, 'expected the name of a file in the same folder'),
  sha256: digestGuard,
  licence: statement,
  origin: statement,
};

/** How a passive-liveness model reads a picture, and what its output means. */
const readingGuard = z.strictObject({
  name: nameGuard,
  size: z.int().min(32).max(512),
  channels: z.enum(['rgb', 'bgr']),
  /** Mean and deviation of each channel: a value from 0 to 255 becomes `(value − mean) / deviation`. */
  mean: channelsGuard,
  deviation: channelsGuard.refine((values) => values.every((value) => Math.abs(value) >= 1e-3), 'expected none near 0'),
  /** Factor by which the box of the face is enlarged. */
  enlargement: z.number().min(1).max(4),
});

export const passiveManifestGuard = z
  .strictObject({
    use: z.literal('liveness'),
    ...modelStatements,
    input: readingGuard,
    /** Scores of classes, before softmax, of which `live` counts from 0. */
    output: z.strictObject({ name: nameGuard, classes: z.int().min(2).max(16), live: z.int().nonnegative() }),
    /** Probability from which a picture counts as live, as measured: between 0 and 1. */
    bound: z.number().gt(0).lt(1),
  })
  .refine(({ output }) => output.live < output.classes, {
    path: ['output', 'live'],
    error: 'expected one of the classes',
  });
export type PassiveManifest = z.output<typeof passiveManifestGuard>;

export const passiveModelGuard = z.strictObject({ folder: z.string(), manifest: passiveManifestGuard });
export type PassiveModel = z.output<typeof passiveModelGuard>;

const mostManifestBytes = 64 * 1024;

export const digestOfManifest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @throws `model_missing` */
export async function readModelManifest(folder: string): Promise<string> {
  const bytes = await readWithin(join(folder, modelManifestName), mostManifestBytes).catch((error: unknown) => {
    throw new FaceError('model_missing', { file: modelManifestName, folder: resolve(folder) }, { cause: error });
  });
  return Buffer.from(bytes).toString('utf8');
}

/**
 * Reads the manifest of the configured model. Its digest is pinned in the configuration, and pins the digest of the model.
 * @throws `model_missing`; `model_altered` if the manifest is not the pinned one
 */
export async function openPassiveModel(
  setting: { readonly folder: string; readonly manifest: string } | null,
): Promise<PassiveModel | null> {
  if (setting === null) return null;
  const folder = resolve(setting.folder);
  const text = await readModelManifest(folder);
  const data = parseJsonAs(text, passiveManifestGuard);
  if (digestOfManifest(text) !== setting.manifest || data === undefined)
    throw new FaceError('model_altered', { file: modelManifestName, folder });
  return { folder, manifest: data };
}
