import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Accuracy } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { type BuiltInEngine, currentEngine, customEngines, type EngineId, engineNames, mostPhotos } from './format.js';
import {
  type Centre,
  createCentre,
  createRotation,
  createViews,
  embeddingLength,
  rotationLabel,
  type ToViews,
} from './views.js';

export interface Level {
  /**
   * Length of the sealed message, which is the only threshold of a token: the longer the message, the more sign bits of
   * two faces must be equal. The mean of several photos is more similar to every face, so it may need a longer message.
   */
  readonly messageBits: { readonly one: number; readonly several: number };
  /**
   * Threshold for comparing photos without a token: lowest cosine of two centered embeddings at which they count as one
   * person.
   */
  readonly cosine: number;
  /** Minimum number of photos to enrol, 1 to 5. */
  readonly leastPhotos: number;
  /** Guaranteed maximum of the false match rate, for any number of photos; `null` without a guarantee. */
  readonly greatestFalseMatchRate: number | null;
  /** True if the measured rate is within the guarantee. */
  readonly isOffered: boolean;
}

export interface EngineParameters {
  readonly id: EngineId;
  readonly name: string;
  /** Id of the custom model with its preprocessing; `null` for a built-in engine. */
  readonly recogniser: string | null;
  /** Public data, which describe no individual. */
  readonly centre: Centre;
  readonly toViews: ToViews;
  /**
   * Lowest similarity of the photos of one request. It is lower for checks, so that more photos do not make a check
   * stricter.
   */
  readonly alikeCosines: { readonly enrolled: number; readonly shown: number };
  /** Number of paths of the decoder. More would open tokens to other faces too. */
  readonly listSize: number;
  /** Minimum clearness (magnitude) of the clearest photo of an enrolment. */
  readonly leastClearness: number;
  readonly levels: Readonly<Record<Accuracy, Level>>;
}

export interface Parameters {
  readonly current: EngineParameters;
  readonly engines: ReadonlyMap<EngineId, EngineParameters>;
}

export const accuracies = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Accuracy[];

/** File with all parameters and their derivation. */
export const parametersFile = fileURLToPath(new URL('../../../../src/face/engines.json', import.meta.url));

/** Any other file is refused: fewer message bits would accept other faces, and another mean would lock everyone out. */
const publishedSha256 = '2c0c38878bd1ba10307b0d3655d9e0ec90ebbdaaf88127fdf8725b5ee4c67d4a';

/** A rate with the number of trials and the 95 % interval. */
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
  /** Guaranteed maximum of the false match rate; `null` without a guarantee. */
  greatestFalseMatchRate: z.number().positive().max(1).nullable(),
  /** Measured for people who were not used for fitting. */
  falseMatch: rateIfAnyGuard,
  falseNonMatch: rateIfAnyGuard,
  isOffered: z.boolean().default(true),
});

export const engineEntryGuard = z.strictObject({
  id: z.int().min(1).max(customEngines.last),
  name: z.string(),
  provenance: z.strictObject({ fitted: z.string(), measured: z.string() }),
  listSize: z.literal([8, 16]),
  leastClearness: z.number().nonnegative(),
  /** Mean embedding, in millionths, so that the values are exact integers. */
  meanInMillionths: z.array(z.int()).length(embeddingLength),
  /** Orthonormal directions in which people of the same origin are similar. */
  directionsInMillionths: z.array(z.array(z.int()).length(embeddingLength)),
  /** Required for custom engines, absent for built-in ones. */
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

export const fromMillionths = (values: readonly number[]): Float32Array =>
  Float32Array.from(values, (value) => value / 1e6);

export function toEngineParameters(entry: EngineEntry, recogniser: string | null): EngineParameters {
  const { id, name, alikeCosines, listSize, leastClearness, levels } = entry;
  const { meanInMillionths, directionsInMillionths, rotation } = entry;
  const centre = createCentre(fromMillionths(meanInMillionths), directionsInMillionths.map(fromMillionths));
  const toViews = createViews(centre, rotation === undefined ? null : createRotation(embeddingLength));
  return { id, name, recogniser, centre, toViews, alikeCosines, listSize, leastClearness, levels };
}

/** @throws `parameters_altered` if the checksum is wrong */
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

/** @throws `parameters_altered` if the file is missing or its checksum is wrong */
export async function loadParameters(): Promise<Parameters> {
  const bytes = await readFile(parametersFile).catch((error: unknown) => {
    throw new FaceError('parameters_altered', null, { cause: error });
  });
  return parseParameters(bytes);
}

export const messageBitsOf = ({ messageBits }: Level, photos: number): number =>
  photos === 1 ? messageBits.one : messageBits.several;

export function withOwnEngines(
  { current: builtIn, engines }: Parameters,
  own: readonly EngineParameters[],
  current: EngineId | null,
): Parameters {
  const all = new Map([...engines, ...own.map((each) => [each.id, each] as const)]);
  return { current: (current === null ? undefined : all.get(current)) ?? builtIn, engines: all };
}
