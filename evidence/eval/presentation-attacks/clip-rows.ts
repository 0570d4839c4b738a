import type { Movement } from '../../../src/core/movements.js';
import type { SeenFrame } from '../../../src/face/liveness/frame.js';
import { measureFrames } from '../../../src/face/liveness/signals.js';
import type { TurnedMovement } from '../../../src/face/liveness/turn.js';
import { toFaceRatios, toHeadTurn, toPose } from '../../../web/capture/guidance/pose.js';

export type ClipFrame = Omit<SeenFrame, 'movement'>;

export interface RowOutcome {
  /** True if all liveness signals except `passive` pass. */
  readonly movement: boolean;
  /** Mean passive liveness score, 0 to 1. The score is 0 if no frames pass the other liveness signals. */
  readonly passive: number;
}

const turns: readonly TurnedMovement[] = ['left', 'right', 'up', 'down'];

/** The 24 possible challenges: three movements between two looks straight ahead. */
export const rows: readonly (readonly TurnedMovement[])[] = turns.flatMap((first) =>
  turns
    .filter((turn) => turn !== first)
    .flatMap((second) =>
      turns.filter((turn) => turn !== first && turn !== second).map((third) => [first, second, third]),
    ),
);

const asAsked = (frame: ClipFrame, movement: Movement): SeenFrame => ({ ...frame, movement });

const frontalCandidates = 8;

const toOutcome = (frames: readonly SeenFrame[]): RowOutcome => {
  const measured = measureFrames(frames).map(({ measurement }) => measurement);
  return {
    movement: measured.every(({ name, pass }) => pass || name === 'passive'),
    passive: measured.find(({ name }) => name === 'passive')?.value ?? 0,
  };
};

const none: RowOutcome = { movement: false, passive: 0 };

/** Returns the best result that an attacker can get with the clip, for each challenge. */
export function attackRows(clip: readonly ClipFrame[]): readonly RowOutcome[] {
  const frontal = [...clip]
    .sort((one, other) => Math.abs(one.pose.yawDeg) - Math.abs(other.pose.yawDeg))
    .slice(0, frontalCandidates);
  const outcomes = rows.map(() => none);
  for (const [at, first] of frontal.entries())
    for (const last of frontal.slice(at + 1)) {
      const best = new Map<TurnedMovement, number>();
      for (const turn of turns)
        for (const frame of clip) {
          if (frame === first || frame === last) continue;
          const { movement } = toOutcome([asAsked(first, 'centre'), asAsked(frame, turn), asAsked(last, 'centre')]);
          if (movement) best.set(turn, Math.max(best.get(turn) ?? 0, frame.liveness));
        }
      for (const [index, row] of rows.entries()) {
        const alive = row.map((turn) => best.get(turn));
        if (!alive.every((liveness) => liveness !== undefined)) continue;
        const mean = [first.liveness, last.liveness, ...alive].reduce((sum, liveness) => sum + liveness, 0) / 5;
        outcomes[index] = { movement: true, passive: Math.max(outcomes[index].passive, mean) };
      }
    }
  return outcomes;
}

/** Simulates the capture page on a clip whose movements are not in the order that the challenge asks for. */
export function pageRows(clip: readonly ClipFrame[]): readonly RowOutcome[] {
  const turned = clip.map(({ landmarks }) => toHeadTurn(toFaceRatios(landmarks)));
  const neutralAt = turned.findIndex(({ yawDeg }) => Math.abs(yawDeg) <= 12);
  const neutral = turned[neutralAt];
  if (neutral === undefined) return rows.map(() => none);
  const poses = turned.map((turn) => toPose(turn, neutral));
  const lastAt = poses.lastIndexOf('centre');
  const toward = (at: number, turn: TurnedMovement): number => {
    const yaw = turned[at].yawDeg - neutral.yawDeg;
    const pitch = turned[at].pitchDeg - neutral.pitchDeg;
    return { left: -yaw, right: yaw, up: pitch, down: -pitch }[turn];
  };
  const taken = (turn: TurnedMovement): ClipFrame => {
    const first = poses.indexOf(turn);
    const furthest = clip
      .map((_, at) => at)
      .reduce((best, at) => (toward(at, turn) > toward(best, turn) ? at : best), 0);
    return clip[first === -1 ? furthest : first];
  };
  return rows.map((row) => {
    return toOutcome([
      asAsked(clip[neutralAt], 'centre'),
      ...row.map((turn) => asAsked(taken(turn), turn)),
      asAsked(clip[lastAt === -1 ? neutralAt : lastAt], 'centre'),
    ]);
  });
}
