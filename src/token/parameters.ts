import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Accuracy } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { currentEngine, type EngineId, engineNames, mostPhotos } from './format.js';
import { createViews, embeddingLength, type ToViews } from './views.js';

/** What one accuracy level demands of a face. */
export interface Level {
  /**
   * Bits of the message in the token: the more bits, the more of the face's sign bits must agree. This is the threshold
   * of every token, and nothing else is. The mean of several photos is nearer to everybody, strangers too, so a token made
   * from two or more has more bits.
   */
  readonly messageBits: { readonly one: number; readonly several: number };
  /** For comparisons without a token: the least cosine of two embeddings of one person. */
  readonly cosine: number;
  /** Fewer photos are not enrolled: 1 to 5. */
  readonly leastPhotos: number;
  /** What the level promises of one photo against one; `null` where it promises nothing. */
  readonly greatestFalseMatchRate: number | null;
}

/** What was fitted and measured for one engine. */
export interface EngineParameters {
  readonly id: EngineId;
  /** Centres an embedding by the engine's published mean, which tells of no one person, and makes both views of it. */
  readonly toViews: ToViews;
  /** Paths that the decoder follows: more of them open tokens to strangers, too, so that a token keeps its engine's. */
  readonly listSize: number;
  readonly levels: Readonly<Record<Accuracy, Level>>;
}

/** The parameters of every engine that tokens may be of. */
export type Parameters = Readonly<Record<EngineId, EngineParameters>>;

/** All levels, most tolerant first. */
export const accuracies = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Accuracy[];

/** The one data file of all parameters and where each comes from. */
export const parametersFile = fileURLToPath(new URL('../../../parameters/engines.json', import.meta.url));

/** Another file is refused: lower message bits would let strangers in, and another mean would lock everybody out. */
const publishedSha256 = 'cf7b191786f523361da18a6b4a39a453418376d9810bf71a55adfda9da637911';

/** A rate that was counted: the trials behind it and its 95 % interval are part of the figure. */
const rateGuard = z.strictObject({
  rate: z.number().min(0).max(1),
  interval: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]),
  trials: z.int().positive(),
});

const levelGuard = z.strictObject({
  messageBits: z.strictObject({ one: z.int().min(16).max(256), several: z.int().min(16).max(256) }),
  cosine: z.number().min(-1).max(1),
  leastPhotos: z.int().min(1).max(mostPhotos),
  /** What the level promises; `null` where it promises nothing. */
  greatestFalseMatchRate: z.number().positive().max(1).nullable(),
  /** Of people that nothing was fitted on: as many photos at enrolment as the level demands, one at verification. */
  falseMatch: rateGuard,
  falseNonMatch: rateGuard,
});

const fileGuard = z.strictObject({
  engines: z.array(
    z.strictObject({
      id: z.int(),
      name: z.string(),
      provenance: z.strictObject({ fitted: z.string(), measured: z.string() }),
      listSize: z.literal([8, 16]),
      /** In millionths, so that they are written exactly. */
      meanInMillionths: z.array(z.int()).length(embeddingLength),
      levels: z.strictObject({
        1: levelGuard,
        2: levelGuard,
        3: levelGuard,
        4: levelGuard,
        5: levelGuard,
        6: levelGuard,
        7: levelGuard,
        8: levelGuard,
      }),
    }),
  ),
});

/** The parameters in the bytes of the data file. @throws FaceError `parameters_altered`: not the published ones */
export function parseParameters(bytes: Uint8Array): Parameters {
  if (createHash('sha256').update(bytes).digest('hex') !== publishedSha256) throw new FaceError('parameters_altered');
  const { engines } = fileGuard.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const parametersOf = (id: EngineId): EngineParameters => {
    const found = engines.find((engine) => engine.id === id && engine.name === engineNames[id]);
    if (found === undefined) throw new FaceError('internal', { missing: engineNames[id] });
    const mean = Float32Array.from(found.meanInMillionths, (value) => value / 1e6);
    return { id, toViews: createViews(mean), listSize: found.listSize, levels: found.levels };
  };
  return { 1: parametersOf(1), 2: parametersOf(2) };
}

/** Reads the data file. @throws FaceError `parameters_altered`: it is missing or not the published one */
export async function loadParameters(): Promise<Parameters> {
  const bytes = await readFile(parametersFile).catch((error: unknown) => {
    throw new FaceError('parameters_altered', null, { cause: error });
  });
  return parseParameters(bytes);
}

/** Message bits of a token made from so many photos. */
export const messageBitsOf = ({ messageBits }: Level, photos: number): number =>
  photos === 1 ? messageBits.one : messageBits.several;

/** What new tokens are sealed with, and what embeddings are compared by. */
export const currentOf = (parameters: Parameters): EngineParameters => parameters[currentEngine];
