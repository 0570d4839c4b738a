import { mapConcurrently } from '../../../src/core/base/map-concurrently.js';
import type { Movement } from '../../../src/core/movements.js';
import { livenessBoundary } from '../../../src/core/ports.js';
import type { Engine } from '../../../src/face/engine/engine.js';
import type { HeadMovement } from '../../../src/face/liveness/relief.js';
import { analyzeFrame, measureFrames, type SeenFrame } from '../../../src/face/liveness/signals.js';
import { toPhoto } from '../../../support/data/pictures.js';
import { testShare } from '../../../support/data/share.js';
import { toFaceRatios, toHeadTurn, toPose } from '../../../web/capture/guidance/pose.js';
import { BadInput } from '../../measure/corpus/corpus.js';
import { keepFigures, type PrintLine } from '../../measure/program.js';
import { rateByPerson } from '../../measure/statistics/clustered-rate.js';
import { openNamedJudges, scorePicture, toLook, withEngine, withoutRefusal } from './heads.js';
import { rateAsJson, toRiapar } from './presentation-rates.js';
import { liveSpecies, type RecordedClip, type RecordedStill, readRecorded, readRecordedPicture } from './recorded.js';

/** A picture of a clip as a frame, and as a look of each size. */
interface ClipFrame extends Omit<SeenFrame, 'movement'> {
  readonly looks: readonly SeenFrame[];
}

interface ChallengeOutcome {
  /** True if all signals except those of passive liveness pass. */
  readonly movement: boolean;
  /** True if all signals pass. */
  readonly all: boolean;
}

const passiveSignals: readonly string[] = ['passive', 'passive_frames'];

const turns: readonly HeadMovement[] = ['left', 'right', 'up', 'down'];

type Challenges = readonly (readonly HeadMovement[])[];

const glances: Challenges = [['left'], ['right']];

/** The possible challenges, in either order: a turn sideways, and one up or down. */
const fullChallenges: Challenges = (['left', 'right'] as const).flatMap((aside) =>
  (['up', 'down'] as const).map((raised): readonly HeadMovement[] => [aside, raised]),
);

const asAsked = (frame: ClipFrame, movement: Movement): SeenFrame => ({ ...frame, movement });

const frontalCandidates = 8;

const looksAhead = 3;

/**
 * Judges a challenge. The looks ahead are the frames after the first. No one chooses the other looks, so all frames of the
 * clip count as such.
 */
function judgeChallenge(clip: readonly ClipFrame[], first: ClipFrame, turned: readonly SeenFrame[]): ChallengeOutcome {
  const from = clip.indexOf(first) + 1;
  const ahead = clip.slice(from, from + looksAhead).map(({ looks: [face] }) => ({ movement: 'centre' as const, face }));
  const others = clip.map(({ looks: [, face] }) => ({ movement: 'left' as const, face }));
  const frames = [asAsked(first, 'centre'), ...turned];
  const measured = measureFrames(frames, [...ahead, ...others]).map(({ measurement }) => measurement);
  return {
    movement: measured.every(({ name, pass }) => pass || passiveSignals.includes(name)),
    all: measured.every(({ pass }) => pass),
  };
}

const none: ChallengeOutcome = { movement: false, all: false };

/** Returns the best result that an attacker can get with the clip, for each challenge. */
function attackChallenges(clip: readonly ClipFrame[], challenges: Challenges): readonly ChallengeOutcome[] {
  const frontal = [...clip]
    .sort((one, other) => Math.abs(one.pose.yawDeg) - Math.abs(other.pose.yawDeg))
    .slice(0, frontalCandidates);
  const outcomes = challenges.map(() => none);
  for (const first of frontal) {
    const best = new Map<HeadMovement, ClipFrame>();
    for (const turn of turns)
      for (const frame of clip) {
        const known = best.get(turn);
        if (frame === first || (known !== undefined && known.liveness >= frame.liveness)) continue;
        if (judgeChallenge(clip, first, [asAsked(frame, turn)]).movement) best.set(turn, frame);
      }
    for (const [index, challenge] of challenges.entries()) {
      const taken = challenge.flatMap((turn) => {
        const frame = best.get(turn);
        return frame === undefined ? [] : [asAsked(frame, turn)];
      });
      if (taken.length < challenge.length) continue;
      outcomes[index] = { movement: true, all: outcomes[index].all || judgeChallenge(clip, first, taken).all };
    }
  }
  return outcomes;
}

/** Simulates the capture page on a clip whose movements are not in the order that the challenge asks for. */
function simulatePage(clip: readonly ClipFrame[], challenges: Challenges): readonly ChallengeOutcome[] {
  const turned = clip.map(({ landmarks }) => toHeadTurn(toFaceRatios(landmarks)));
  const neutralAt = turned.findIndex(({ yawDeg }) => Math.abs(yawDeg) <= 12);
  const neutral = turned[neutralAt];
  if (neutral === undefined) return challenges.map(() => none);
  const poses = turned.map((turn) => toPose(turn, neutral));
  const toward = (at: number, turn: HeadMovement): number => {
    const yaw = turned[at].yawDeg - neutral.yawDeg;
    const pitch = turned[at].pitchDeg - neutral.pitchDeg;
    return { left: -yaw, right: yaw, up: pitch, down: -pitch }[turn];
  };
  const taken = (turn: HeadMovement): ClipFrame => {
    // The page waits until it has seen a pose twice in a row.
    const first = poses.findIndex((pose, at) => pose === turn && poses[at + 1] === turn);
    const furthest = clip
      .map((_, at) => at)
      .reduce((best, at) => (toward(at, turn) > toward(best, turn) ? at : best), 0);
    return clip[first === -1 ? furthest : first];
  };
  const first = clip[neutralAt];
  const toFrames = (challenge: (typeof challenges)[number]) => challenge.map((turn) => asAsked(taken(turn), turn));
  return challenges.map((challenge) => judgeChallenge(clip, first, toFrames(challenge)));
}

type ScoredStill = RecordedStill & { readonly score: number | null };
type SeenClip = RecordedClip & { readonly frames: readonly ClipFrame[] };

async function lookAtClip(engine: Engine, clip: RecordedClip): Promise<SeenClip> {
  const looks = await mapConcurrently(clip.files, (file) =>
    withoutRefusal(async () => {
      const picture = await readRecordedPicture(file);
      const see = (bytes: Uint8Array, movement: Movement) =>
        analyzeFrame(engine, { photo: toPhoto(bytes), movement }, testShare);
      const looks = [
        await see(await toLook(picture, 'centre'), 'centre'),
        await see(await toLook(picture, 'left'), 'left'),
      ];
      return { ...(await see(picture, 'centre')), looks };
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
  // An attack counts if any challenge accepts it. A person counts as refused if most challenges refuse them.
  const ofChallenges = (challenges: Challenges, passes: (outcome: ChallengeOutcome) => boolean) =>
    rateByPerson(
      clips.map(({ person, frames }) => {
        const passed = (isLive ? simulatePage : attackChallenges)(frames, challenges).filter(passes).length;
        return { person, hit: isLive ? passed < challenges.length / 2 : passed > 0 };
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
    movement: rateAsJson(ofChallenges(fullChallenges, ({ movement }) => movement)),
    light: null,
    policy: rateAsJson(ofChallenges(fullChallenges, ({ all }) => all)),
    glance: rateAsJson(ofChallenges(glances, ({ all }) => all)),
  };
}

type Figures = ReturnType<typeof figuresOf>;

const toRiapars = (attacks: Figures, people: Figures | undefined) => ({
  passive: toRiapar(attacks.passive, people?.passive ?? null),
  movement: toRiapar(attacks.movement, people?.movement ?? null),
  policy: toRiapar(attacks.policy, people?.policy ?? null),
});

/**
 * Measures recorded pictures and clips of people and attacks, by species.
 * @throws BadInput
 */
export async function measureRecorded(
  [folder, ...others]: readonly string[],
  say: PrintLine,
  out: string | null,
  models: readonly string[] = [],
) {
  if (others.length > 0) throw new BadInput('presentation-attacks takes one --data');
  const { stills, clips } = await readRecorded(folder);
  return withEngine(
    async (engine) => {
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
      const measured = species.map((name) => {
        const isOwn = (each: { readonly species: string }): boolean => each.species === name;
        return { name, figures: figuresOf(name, scored.filter(isOwn), seen.filter(isOwn)) };
      });
      const people = measured.find(({ name }) => name === liveSpecies)?.figures;
      const real = measured.map(({ name, figures }) => [
        name,
        name === liveSpecies ? figures : { ...figures, riapar: toRiapars(figures, people) },
      ]);
      for (const frame of seen.flatMap(({ frames }) => frames))
        for (const { embedding } of [frame, ...frame.looks]) embedding.wipe();
      const figures = { frames: 'recorded', real: Object.fromEntries(real) };
      await keepFigures(out, 'presentation-attacks-real', figures, 'presentation-attacks --data DIR');
      return figures;
    },
    await openNamedJudges(models),
  );
}
