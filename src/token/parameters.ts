import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Accuracy } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { type BuiltInEngine, currentEngine, type EngineId, engineNames, mostPhotos, ownEngines } from './format.js';
import { createRotation, rotationLabel } from './rotation.js';
import { type Centre, createCentre, createViews, embeddingLength, type ToViews } from './views.js';

/** What one accuracy level demands of a face. */
export interface Level {
  /**
   * Bits of the message in the token: the more bits, the more of the face's sign bits must agree. This is the threshold
   * of every token, and nothing else is. The mean of several photos is nearer to everybody, strangers too, so a token made
   * from two or more has more bits where those of one would not be enough.
   */
  readonly messageBits: { readonly one: number; readonly several: number };
  /** For comparisons without a token: the least cosine of two centred embeddings of one person. */
  readonly cosine: number;
  /** Fewer photos are not enrolled: 1 to 5. */
  readonly leastPhotos: number;
  /** What the level promises, however many photos are enrolled and shown; `null` where it promises nothing. */
  readonly greatestFalseMatchRate: number | null;
  /** Whether tokens are made at this level: not where it was measured to let more strangers in than it promises. */
  readonly isOffered: boolean;
}

/** What was fitted and measured for one engine, a built-in one or one of an installation's own. */
export interface EngineParameters {
  readonly id: EngineId;
  /** Its public name. */
  readonly name: string;
  /** The id of the model of one's own, with its preprocessing, that describes faces for it; `null` is ours. */
  readonly recogniser: string | null;
  /** What embeddings are compared in; mean and directions are published, and tell of no one person. */
  readonly centre: Centre;
  /** Both views of an embedding, centred. */
  readonly toViews: ToViews;
  /**
   * How alike the photos of one request must be, as cosines of centred embeddings. A check must not become stricter by taking
   * more photos, so it asks for less than an enrolment.
   */
  readonly alikeCosines: { readonly enrolled: number; readonly shown: number };
  /** Paths that the decoder follows: more of them open tokens to strangers, too, so that a token keeps its engine's. */
  readonly listSize: number;
  /** How long the model's own vector must be for the clearest photo of an enrolment. */
  readonly leastClearness: number;
  readonly levels: Readonly<Record<Accuracy, Level>>;
}

/** The engines whose tokens open here. */
export interface Parameters {
  /** What new tokens are sealed with, and what embeddings are compared by. */
  readonly current: EngineParameters;
  /** The current one among them. */
  readonly engines: ReadonlyMap<EngineId, EngineParameters>;
}

/** All levels, most tolerant first. */
export const accuracies = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Accuracy[];

/** The one data file of all parameters and where each comes from. */
export const parametersFile = fileURLToPath(new URL('../../../parameters/engines.json', import.meta.url));

/** Another file is refused: lower message bits would let strangers in, and another mean would lock everybody out. */
const publishedSha256 = '2c0c38878bd1ba10307b0d3655d9e0ec90ebbdaaf88127fdf8725b5ee4c67d4a';

/** A rate that was counted: the trials behind it and its 95 % interval are part of the figure. */
const rateGuard = z.strictObject({
  rate: z.number().min(0).max(1),
  interval: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]),
  trials: z.int().positive(),
});

const rateIfAnyGuard = rateGuard.nullable().describe('`null` where the photos could not tell');

const cosineGuard = z.number().min(-1).max(1);

const levelGuard = z.strictObject({
  messageBits: z.strictObject({ one: z.int().min(16).max(256), several: z.int().min(16).max(256) }),
  cosine: cosineGuard,
  leastPhotos: z.int().min(1).max(mostPhotos),
  /** What the level promises; `null` where it promises nothing. */
  greatestFalseMatchRate: z.number().positive().max(1).nullable(),
  /** Of people that nothing was fitted on: as many photos at enrolment as the level demands, one at verification. */
  falseMatch: rateIfAnyGuard,
  falseNonMatch: rateIfAnyGuard,
  isOffered: z.boolean().default(true),
});

/** One engine as a data file has it. */
export const engineEntryGuard = z.strictObject({
  id: z.int().min(1).max(ownEngines.last),
  name: z.string(),
  provenance: z.strictObject({ fitted: z.string(), measured: z.string() }),
  listSize: z.literal([8, 16]),
  leastClearness: z.number().nonnegative(),
  /** In millionths, so that they are written exactly. */
  meanInMillionths: z.array(z.int()).length(embeddingLength),
  /** What people of one place have in common, in millionths; of length 1 and at right angles. */
  directionsInMillionths: z.array(z.array(z.int()).length(embeddingLength)),
  /** The rotation before the views. Built-in engines have none; an engine of one's own without it is not opened. */
  rotation: z.literal(rotationLabel).optional(),
  alikeCosines: z.strictObject({ enrolled: cosineGuard, shown: cosineGuard }),
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
});
export type EngineEntry = z.output<typeof engineEntryGuard>;

const fileGuard = z.strictObject({ engines: z.array(engineEntryGuard) });

/** As the file has them: what is rounded off there is not compared with either. */
export const toMillionths = (values: Float32Array): number[] => Array.from(values, (value) => Math.round(value * 1e6));

export const fromMillionths = (values: readonly number[]): Float32Array =>
  Float32Array.from(values, (value) => value / 1e6);

/** What an entry of a data file says. @param recogniser - of `EngineParameters` */
export function toEngineParameters(entry: EngineEntry, recogniser: string | null): EngineParameters {
  const { id, name, alikeCosines, listSize, leastClearness, levels } = entry;
  const { meanInMillionths, directionsInMillionths, rotation } = entry;
  const centre = createCentre(fromMillionths(meanInMillionths), directionsInMillionths.map(fromMillionths));
  const toViews = createViews(centre, rotation === undefined ? null : createRotation(embeddingLength));
  return { id, name, recogniser, centre, toViews, alikeCosines, listSize, leastClearness, levels };
}

/** The parameters in the bytes of the data file. @throws FaceError `parameters_altered`: not the published ones */
export function parseParameters(bytes: Uint8Array): Parameters {
  if (createHash('sha256').update(bytes).digest('hex') !== publishedSha256) throw new FaceError('parameters_altered');
  const { engines } = fileGuard.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const parametersOf = (id: BuiltInEngine): EngineParameters => {
    const found = engines.find((engine) => engine.id === id && engine.name === engineNames[id]);
    if (found === undefined) throw new FaceError('internal', { missing: engineNames[id] });
    return toEngineParameters(found, null);
  };
  const current = parametersOf(currentEngine);
  return { current, engines: new Map([parametersOf(1), parametersOf(2), current].map((each) => [each.id, each])) };
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

/**
 * The same with engines of one's own beside them.
 * @param current - the number of the one that makes new tokens; `null` is the built-in one
 */
export function withOwnEngines(
  { current: builtIn, engines }: Parameters,
  own: readonly EngineParameters[],
  current: EngineId | null,
): Parameters {
  const all = new Map([...engines, ...own.map((each) => [each.id, each] as const)]);
  return { current: (current === null ? undefined : all.get(current)) ?? builtIn, engines: all };
}
