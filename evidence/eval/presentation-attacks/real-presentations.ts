import { livenessBoundary } from '../../../src/core/ports.js';
import { BadInput } from '../../../src/extensions/measuring/corpus/corpus.js';
import { rateByPerson } from '../../../src/extensions/measuring/statistics/clustered-rate.js';
import type { Engine } from '../../../src/face/engine/engine.js';
import { lookAt } from '../../../src/face/liveness/frame.js';
import { bounds } from '../../../src/face/liveness/signals.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { keepFigures, type Say } from '../program.js';
import { attackRows, type ClipFrame, pageRows, type RowOutcome } from './clip-rows.js';
import { mapConcurrently, scorePicture, withEngine, withoutRefusal } from './heads.js';
import { rateAsJson } from './presentation-rates.js';
import { liveSpecies, type RecordedClip, type RecordedStill, readRecorded, readRecordedPicture } from './recorded.js';

type ScoredStill = RecordedStill & { readonly score: number | null };
type SeenClip = RecordedClip & { readonly frames: readonly ClipFrame[] };

async function lookAtClip(engine: Engine, clip: RecordedClip): Promise<SeenClip> {
  const looks = await mapConcurrently(clip.files, (file) =>
    withoutRefusal(async () => {
      const photo = toPhoto(await readRecordedPicture(file));
      const { movement: _, ...seen } = await lookAt(engine, { photo, movement: 'centre' }, testShare);
      return seen;
    }),
  );
  return { ...clip, frames: looks.filter((look) => look !== null) };
}

const middleOf = (values: readonly number[]): number | undefined =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

/**
 * Returns the error rates of one species: the share of refused people for `live`, and of accepted attacks for attack
 * species. In single pictures at the threshold of `policy.liveness: "passive"`, a clip counts by the attacker's best
 * picture or a person's middle picture. Pictures without exactly one face are non-responses.
 */
function figuresOf(species: string, stills: readonly ScoredStill[], clips: readonly SeenClip[]) {
  const isLive = species === liveSpecies;
  const singles = [
    ...stills,
    ...clips.map(({ person, frames }) => {
      const scores = frames.map(({ liveness }) => liveness);
      return { person, score: (isLive ? middleOf(scores) : scores.toSorted((a, b) => b - a)[0]) ?? null };
    }),
  ].flatMap(({ person, score }) => (score === null ? [] : [{ person, hit: score >= livenessBoundary !== isLive }]));
  const outcomes = clips.map(({ person, frames }) => ({
    person,
    rows: isLive ? pageRows(frames) : attackRows(frames),
  }));
  // An attack counts if any challenge accepts it. A person counts as refused if most challenges refuse them.
  const ofRows = (passes: (outcome: RowOutcome) => boolean) =>
    rateByPerson(
      outcomes.map(({ person, rows }) => {
        const passed = rows.filter(passes).length;
        return { person, hit: isLive ? passed <= rows.length / 2 : passed > 0 };
      }),
    );
  return {
    presentations: stills.length + clips.length,
    stills: stills.length,
    clips: clips.length,
    noResponse:
      stills.filter(({ score }) => score === null).length +
      clips.reduce((sum, { files, frames }) => sum + files.length - frames.length, 0),
    passive: rateAsJson(rateByPerson(singles)),
    movement: rateAsJson(ofRows(({ movement }) => movement)),
    light: null,
    policy: rateAsJson(ofRows(({ movement, passive }) => movement && passive >= bounds.passive.atLeast)),
  };
}

/**
 * Measures recorded pictures and clips of people and attacks, by species.
 * @throws BadInput
 */
export async function measureRecorded([folder, ...others]: readonly string[], say: Say, out: string | null) {
  if (others.length > 0) throw new BadInput('presentation-attacks takes one --data');
  const { stills, clips } = await readRecorded(folder);
  return withEngine(async (engine) => {
    const scored = await mapConcurrently(stills, async (still) => ({
      ...still,
      score: await scorePicture(engine, await readRecordedPicture(still.file)),
    }));
    say(`${stills.length} stills`);
    const seen: SeenClip[] = [];
    for (const clip of clips) {
      seen.push(await lookAtClip(engine, clip));
      say(`${seen.length} of ${clips.length} clips`);
    }
    const species = [...new Set([...stills, ...clips].map((each) => each.species))].sort();
    const isOf =
      (name: string) =>
      (each: { readonly species: string }): boolean =>
        each.species === name;
    const real = species.map((name) => [name, figuresOf(name, scored.filter(isOf(name)), seen.filter(isOf(name)))]);
    for (const { frames } of seen) for (const { embedding } of frames) embedding.wipe();
    const figures = { frames: 'recorded', real: Object.fromEntries(real) };
    await keepFigures(out, 'presentation-attacks-real', figures, 'presentation-attacks --data DIR');
    return figures;
  });
}
