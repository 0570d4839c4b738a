import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseJsonAs } from '../../core/base/json.js';
import { builtInJudge } from '../../core/liveness-policy.js';
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
    /** Name of the judge in signals and audit events. */
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected lowercase letters, digits and hyphens')
      .refine((name) => name !== builtInJudge, 'expected another name than that of the built-in judge'),
    ...modelStatements,
    input: readingGuard,
    /** Scores of classes, before softmax, of which `live` counts from 0. */
    output: z.strictObject({ name: nameGuard, classes: z.int().min(2).max(16), live: z.int().nonnegative() }),
    /** Share of this judge in the bound of the mean of all judges, as measured: between 0 and 1. */
    bound: z.number().gt(0).lt(1),
  })
  .refine(({ output }) => output.live < output.classes, {
    path: ['output', 'live'],
    error: 'expected one of the classes',
  });
export type PassiveManifest = z.output<typeof passiveManifestGuard>;

export const passiveModelGuard = z.strictObject({ folder: z.string(), manifest: passiveManifestGuard });
export type PassiveModel = z.output<typeof passiveModelGuard>;

export const judgeSourceGuard = z.union([z.literal(builtInJudge), passiveModelGuard]);
export type JudgeSource = z.output<typeof judgeSourceGuard>;

const mostManifestBytes = 64 * 1024;

export const digestOfManifest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @throws `model_missing` */
export async function readModelManifest(folder: string): Promise<string> {
  const bytes = await readWithin(join(folder, modelManifestName), mostManifestBytes).catch((error: unknown) => {
    throw new FaceError('model_missing', { file: modelManifestName, folder: resolve(folder) }, { cause: error });
  });
  return Buffer.from(bytes).toString('utf8');
}

/** The built-in judge, or the location of another model and the SHA-256 of its manifest. */
export type JudgeSetting = typeof builtInJudge | { readonly folder: string; readonly manifest: string };

/**
 * Reads the manifests of the configured judges. The configuration pins the digest of each manifest, which pins that of the
 * model.
 * @throws `model_missing`; `model_altered` if a manifest is not the pinned one, or names the same judge as another
 */
export async function openJudges(settings: readonly JudgeSetting[]): Promise<readonly JudgeSource[]> {
  const opened: JudgeSource[] = [];
  for (const setting of settings)
    opened.push(setting === builtInJudge ? setting : await openPassiveModel(setting, opened));
  return opened;
}

async function openPassiveModel(
  setting: Exclude<JudgeSetting, string>,
  others: readonly JudgeSource[],
): Promise<PassiveModel> {
  const folder = resolve(setting.folder);
  const text = await readModelManifest(folder);
  const manifest = parseJsonAs(text, passiveManifestGuard);
  if (digestOfManifest(text) !== setting.manifest || manifest === undefined)
    throw new FaceError('model_altered', { file: modelManifestName, folder });
  if (others.some((other) => other !== builtInJudge && other.manifest.name === manifest.name))
    throw new FaceError('model_altered', { file: modelManifestName, folder, problem: 'another judge has this name' });
  return { folder, manifest };
}
