import type { Json } from '../../../src/base/json.js';
import { toEyeCentres } from '../../../src/engine/landmarks.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { modelsFolder } from '../../../test/paths.js';
import { presentationsFolder } from '../../../test/recorded-presentations.js';
import { BadInput } from '../../corpus/bad-input.js';
import { keepFigures } from '../keep.js';
import type { EvalProgram } from '../program.js';
import { readFlashPairs } from './flash-pairs.js';
import { type FaceRegion, faceRegions, type RegionLight, toChroma, toLuminance } from './light-regions.js';
import { type Moment, pairsApart, readMoments } from './moments.js';
import { liveSpecies, type RecordedClip, readClips } from './recorded.js';
import { lookAtRegions, type RegionLook } from './region-look.js';
import { judgeUnlit } from './unlit-rows.js';

/** Times between two pictures. */
const lagsMs = [33, 100, 250, 450, 900] as const;

/** Maximum motion of a still person, in eye distances. */
const stillEyeDistances = 0.06;

function toMotion(one: RegionLook, other: RegionLook): number {
  const [left, right] = toEyeCentres(one.landmarks);
  const moved = one.landmarks.map(({ x, y }, at) => Math.hypot(other.landmarks[at].x - x, other.landmarks[at].y - y));
  return moved.reduce((sum, px) => sum + px, 0) / moved.length / Math.hypot(right.x - left.x, right.y - left.y);
}

/** Change between two pictures without screen light, as logarithms. */
interface Change {
  readonly chroma: RegionLight;
  readonly luminance: number;
}

const minus = (one: RegionLight, other: RegionLight): RegionLight => [
  one[0] - other[0],
  one[1] - other[1],
  one[2] - other[2],
];

function toChange(before: RegionLight | null, after: RegionLight | null): Change | null {
  if (before === null || after === null) return null;
  return {
    chroma: minus(toChroma(after), toChroma(before)),
    luminance: Math.log(toLuminance(after) / toLuminance(before)),
  };
}

const beyond = (face: Change, background: Change): Change => ({
  chroma: minus(face.chroma, background.chroma),
  luminance: face.luminance - background.luminance,
});

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const meanChange = (changes: readonly Change[]): Change => {
  const ofChannel = (channel: 0 | 1 | 2): number => meanOf(changes.map(({ chroma }) => chroma[channel]));
  return {
    chroma: [ofChannel(0), ofChannel(1), ofChannel(2)],
    luminance: meanOf(changes.map(({ luminance }) => luminance)),
  };
};

interface PairChange {
  readonly motion: number;
  readonly background: Change;
  /** Change of each region and of the whole face. The background's change is not subtracted. */
  readonly regions: Regions;
}

type Regions = ReadonlyMap<FaceRegion | 'face', Change>;

function toPairChange(before: RegionLook, after: RegionLook): PairChange | null {
  const background = toChange(before.readings.background, after.readings.background);
  if (background === null) return null;
  const regions = new Map<FaceRegion | 'face', Change>();
  for (const region of faceRegions) {
    const change = toChange(before.readings[region], after.readings[region]);
    if (change !== null) regions.set(region, change);
  }
  if (regions.size === 0) return null;
  return {
    motion: toMotion(before, after),
    background,
    regions: new Map([...regions, ['face', meanChange([...regions.values()])]]),
  };
}

const toPairs = (moments: readonly Moment<RegionLook>[], lagMs: number): PairChange[] =>
  pairsApart(moments, lagMs).flatMap(([before, after]) => toPairChange(before, after) ?? []);

/** Returns the standard deviation around 0, because changes have no direction. */
const deviationOf = (values: readonly number[]): number => Math.sqrt(meanOf(values.map((value) => value ** 2)));

const round = (value: number): number => Number(value.toFixed(4));

const spreadOf = (changes: readonly Change[]) => ({
  red: round(deviationOf(changes.map(({ chroma }) => chroma[0]))),
  green: round(deviationOf(changes.map(({ chroma }) => chroma[1]))),
  blue: round(deviationOf(changes.map(({ chroma }) => chroma[2]))),
  luminance: round(deviationOf(changes.map(({ luminance }) => luminance))),
});

const ofRegion = (pairs: readonly PairChange[], region: FaceRegion | 'face', isBeyond: boolean): Change[] =>
  pairs.flatMap(({ regions, background }) => {
    const change = regions.get(region);
    if (change === undefined) return [];
    return [isBeyond ? beyond(change, background) : change];
  });

/** Returns the differences between the left and right flanks, which a two-color screen lights differently. */
function toFlanks(regions: Regions): Change[] {
  const [left, right] = [regions.get('leftFlank'), regions.get('rightFlank')];
  return left === undefined || right === undefined ? [] : [beyond(left, right)];
}

interface ClipPairs {
  readonly clip: string;
  readonly pairs: readonly PairChange[];
}

function toRow(what: string, clips: readonly ClipPairs[]) {
  const pairs = clips.flatMap((each) => each.pairs);
  if (pairs.length === 0) return { clip: what, clips: 0, pairs: 0 };
  return {
    clip: what,
    clips: clips.filter((each) => each.pairs.length > 0).length,
    pairs: pairs.length,
    motion: round(meanOf(pairs.map(({ motion }) => motion))),
    oneRegion: spreadOf(faceRegions.flatMap((region) => ofRegion(pairs, region, true))),
    oneRegionAlone: spreadOf(faceRegions.flatMap((region) => ofRegion(pairs, region, false))),
    face: spreadOf(ofRegion(pairs, 'face', true)),
    faceAlone: spreadOf(ofRegion(pairs, 'face', false)),
    background: spreadOf(pairs.map(({ background }) => background)),
    flanks: spreadOf(pairs.flatMap(({ regions }) => toFlanks(regions))),
  };
}

const tabulate = (
  clips: readonly { readonly clip: string; readonly moments: readonly Moment<RegionLook>[] }[],
  isStill: boolean,
) =>
  Object.fromEntries(
    lagsMs.map((lagMs): [string, { rows: Json[]; regions: Json }] => {
      const paired = clips.map(({ clip, moments }) => ({
        clip,
        pairs: toPairs(moments, lagMs).filter(({ motion }) => !isStill || motion < stillEyeDistances),
      }));
      const all = paired.flatMap(({ pairs }) => pairs);
      return [
        `${lagMs} ms`,
        {
          rows: [...paired.map((each) => toRow(each.clip, [each])), toRow('all', paired)],
          regions: Object.fromEntries(
            faceRegions.flatMap((region) => {
              const alone = ofRegion(all, region, false);
              const beyondOnes = ofRegion(all, region, true);
              return alone.length === 0
                ? []
                : [[region, { beyondBackground: spreadOf(beyondOnes), alone: spreadOf(alone) }]];
            }),
          ),
        },
      ];
    }),
  );

const ofAll = (table: ReturnType<typeof tabulate>) =>
  Object.fromEntries(
    Object.entries(table).map(([lag, { rows, regions }]) => [
      lag.replace(' ', ''),
      { all: rows.at(-1) ?? null, regions },
    ]),
  );

/** @throws BadInput */
async function measureNoise(
  folders: readonly string[],
  say: (line: string) => void,
  out: string | null,
): Promise<{ readonly [figure: string]: Json }> {
  const [folder] = folders;
  if (folders.length > 1) throw new BadInput('light-noise takes one --data');
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  const isLive = ({ species }: RecordedClip): boolean => species === liveSpecies;
  const stillClips = (await readClips(folder, 'still-selfies')).filter(isLive);
  const movements = await readClips(folder, 'movements');
  const movingClips = movements.filter(isLive);
  const readAll = async (kind: string, clips: readonly RecordedClip[]) => {
    const seen: { readonly clip: string; readonly moments: readonly Moment<RegionLook>[] }[] = [];
    for (const clip of clips) {
      seen.push({ clip: clip.person, moments: await readMoments(clip, (bytes) => lookAtRegions(engine, bytes)) });
      say(`${kind}: ${seen.length} of ${clips.length} clips`);
    }
    return seen;
  };
  try {
    const still = await readAll('still-selfies', stillClips);
    const moving = await readAll('movements', movingClips);
    if (still.length === 0 && moving.length === 0) throw new BadInput(`No clips of people in ${folder}`);
    const [holdingStill, pauses] = [tabulate(still, false), tabulate(moving, true)];
    const others = {
      flashPairs: await readFlashPairs(engine, folder),
      underRows: await judgeUnlit(engine, {
        holdingStill: stillClips,
        moving: movingClips,
        replays: movements.filter((clip) => !isLive(clip)),
      }),
    };
    await keepFigures(out, 'light-noise', {
      holdingStill: ofAll(holdingStill),
      pauses: ofAll(pauses),
      ...others,
    });
    return { holdingStill, pauses, ...others };
  } finally {
    await engine.close();
  }
}

export const lightNoise: EvalProgram = {
  about: "how much a face's colour changes by itself, and by a flash, in recorded clips and pictures",
  runOn: measureNoise,
  run: (say, out) => measureNoise([presentationsFolder], say, out),
};
