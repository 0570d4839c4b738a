import { livenessBoundary } from '../../../src/core/ports.js';
import type { Engine } from '../../../src/engine/engine.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { bounds } from '../../../src/liveness/bounds.js';
import { lookAt } from '../../../src/liveness/frame.js';
import { modelsFolder } from '../../../test/paths.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { BadInput } from '../../corpus/bad-input.js';
import { type ClusteredRate, rateByPerson } from '../../statistics/clustered-rate.js';
import { keep, toDatedFile } from '../keep.js';
import { attackRows, type ClipFrame, pageRows, type RowOutcome } from './clip-rows.js';
import { withoutRefusal } from './heads.js';
import { mapPictures, scorePicture } from './looks.js';
import { rateAsJson, rateAsText } from './rate-cells.js';
import { liveSpecies, type RecordedClip, type RecordedStill, readRecorded, readRecordedPicture } from './recorded.js';

/** Error rates of one species: the share of refused people for `live`, and of accepted attacks for attack species. */
export interface SpeciesFigures {
  readonly stills: number;
  readonly clips: number;
  /** Pictures without exactly one face, which do not count in the rates of single pictures. */
  readonly noResponse: number;
  /**
   * Error rate of single pictures at the threshold of `policy.liveness: "passive"`. For a clip, the attacker's best
   * picture or a person's middle picture is used.
   */
  readonly passive: ClusteredRate | null;
  /** Error rate of clips in the movement challenge, without passive liveness. */
  readonly movement: ClusteredRate | null;
  readonly light: null;
  /** Error rate of the movement challenge together with the clip's mean passive liveness score. */
  readonly policy: ClusteredRate | null;
}

interface SeenClip {
  readonly clip: RecordedClip;
  readonly frames: readonly ClipFrame[];
  readonly noResponse: number;
}

async function lookAtClip(engine: Engine, clip: RecordedClip): Promise<SeenClip> {
  const looks = await mapPictures(clip.files, (file) =>
    withoutRefusal(async () => {
      const { movement: _, ...seen } = await lookAt(
        engine,
        {
          photo: toPhoto(await readRecordedPicture(file)),
          movement: 'centre',
        },
        testShare,
      );
      return seen;
    }),
  );
  const frames = looks.filter((look) => look !== null);
  return { clip, frames, noResponse: looks.length - frames.length };
}

const middleOf = (values: readonly number[]): number | undefined =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

/**
 * An attack counts as an error if any challenge accepts it. A person counts as an error if most challenges refuse them.
 */
function isHit(isLive: boolean, outcomes: readonly RowOutcome[], passes: (outcome: RowOutcome) => boolean): boolean {
  const passed = outcomes.filter(passes).length;
  return isLive ? passed <= outcomes.length / 2 : passed > 0;
}

function figuresOf(
  species: string,
  stills: readonly { readonly still: RecordedStill; readonly score: number | null }[],
  clips: readonly SeenClip[],
): SpeciesFigures {
  const isLive = species === liveSpecies;
  const isSinglePictureHit = (score: number): boolean => score >= livenessBoundary !== isLive;
  const singles = stills.flatMap(({ still: { person }, score }) => (score === null ? [] : [{ person, score }]));
  const ofClips = clips.flatMap(({ clip: { person }, frames }) => {
    const scores = frames.map(({ liveness }) => liveness);
    const score = isLive ? middleOf(scores) : scores.length === 0 ? undefined : Math.max(...scores);
    return score === undefined ? [] : [{ person, score }];
  });
  const outcomes = clips.map(({ clip: { person }, frames }) => ({
    person,
    outcomes: isLive ? pageRows(frames) : attackRows(frames),
  }));
  const ofRows = (passes: (outcome: RowOutcome) => boolean): ClusteredRate | null =>
    rateByPerson(outcomes.map(({ person, outcomes: each }) => ({ person, hit: isHit(isLive, each, passes) })));
  return {
    stills: stills.length,
    clips: clips.length,
    noResponse:
      stills.filter(({ score }) => score === null).length + clips.reduce((sum, { noResponse }) => sum + noResponse, 0),
    passive: rateByPerson(
      [...singles, ...ofClips].map(({ person, score }) => ({ person, hit: isSinglePictureHit(score) })),
    ),
    movement: ofRows(({ movement }) => movement),
    light: null,
    policy: ofRows(({ movement, passive }) => movement && passive >= bounds.passive.atLeast),
  };
}

function toMarkdown(real: ReadonlyMap<string, SpeciesFigures>): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [...real].map(([species, figures]) =>
    row([
      species === liveSpecies ? 'people, refused' : `\`${species}\`, passed`,
      rateAsText(figures.passive),
      rateAsText(figures.movement),
      rateAsText(figures.policy),
      String(figures.noResponse),
    ]),
  );
  return [
    row(['', 'one picture', 'movement alone', 'the whole challenge', 'pictures without one face']),
    row(['---', '---', '---', '---', '---']),
    ...lines,
    '',
  ].join('\n');
}

/**
 * Measures recorded pictures and clips of people and attacks, by species.
 * @throws BadInput
 */
export async function measureRecorded(folders: readonly string[], say: (line: string) => void, out: string | null) {
  const [folder, ...others] = folders;
  if (others.length > 0) throw new BadInput('presentation-attacks takes one --data');
  const { stills, clips } = await readRecorded(folder);
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  try {
    const scores = await mapPictures(stills, async (still) => ({
      still,
      score: await scorePicture(engine, still.file),
    }));
    say(`${stills.length} stills`);
    const seen: SeenClip[] = [];
    for (const clip of clips) {
      seen.push(await lookAtClip(engine, clip));
      say(`${seen.length} of ${clips.length} clips`);
    }
    const species = [...new Set([...stills, ...clips].map((each) => each.species))].sort();
    const real = new Map(
      species.map((name) => [
        name,
        figuresOf(
          name,
          scores.filter(({ still }) => still.species === name),
          seen.filter(({ clip }) => clip.species === name),
        ),
      ]),
    );
    for (const { frames } of seen) for (const { embedding } of frames) embedding.wipe();
    const bySpecies = [...real].map(([name, of]) => [
      name,
      {
        presentations: of.stills + of.clips,
        ...of,
        passive: rateAsJson(of.passive),
        movement: rateAsJson(of.movement),
        policy: rateAsJson(of.policy),
      },
    ]);
    const figures = { frames: 'recorded', real: Object.fromEntries(bySpecies) };
    const command = 'npm run eval -- presentation-attacks --data DIR';
    await keep(out, {
      'presentation-attacks-real.json': toDatedFile(command, new Date(), figures),
      'presentation-attacks-real.md': toMarkdown(real),
    });
    return figures;
  } finally {
    await engine.close();
  }
}
