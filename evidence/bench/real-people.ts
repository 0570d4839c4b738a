import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { Photo } from '../../src/core/concealed.js';
import { createEnginePool, type EnginePool } from '../../src/engine/pool.js';
import type { TurnedMovement } from '../../src/liveness/turn.js';
import type { Poses } from '../../test/browser/visitor.js';
import { facesFolder } from '../../test/faces.js';
import { modelsFolder } from '../../test/paths.js';
import { testShare } from '../../test/share.js';
import { type HeadTurn, toFaceRatios, toHeadTurn } from '../../web/capture/guidance/head-turn.js';
import { toPose } from '../../web/capture/guidance/pose.js';

const clipsFolder = join(dirname(facesFolder), 'presentation-dev/movements/live');

export const hasRealPeople = existsSync(clipsFolder);

interface Frame {
  readonly jpeg: Buffer;
  /** Width of the face's landmarks, relative to the picture's height. */
  readonly widthShare: number;
  readonly turn: HeadTurn;
}

const widestShare = 0.5;

const framesOfTurn = 4;

const turns: readonly TurnedMovement[] = ['left', 'right', 'up', 'down'];

export async function readRealPeople(): Promise<{ readonly people: readonly Poses[]; readonly incomplete: number }> {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 8, workers: 1 });
  try {
    const clips = readdirSync(clipsFolder).toSorted();
    const found: (Poses | null)[] = [];
    for (const clip of clips) {
      const photos = readdirSync(join(clipsFolder, clip))
        .toSorted()
        .map((name) => readFileSync(join(clipsFolder, clip, name)));
      // Adds a border if the face is too close to the phone, as if the person had moved back.
      let frames: readonly Frame[] = [];
      for (const border of [0, 0.25, 0.5]) {
        frames = await readFrames(photos, border, engine);
        if (Math.min(...frames.map(({ widthShare }) => widthShare)) <= widestShare) break;
      }
      found.push(toPoses(frames));
    }
    const people = found.filter((poses) => poses !== null);
    return { people, incomplete: clips.length - people.length };
  } finally {
    await engine.close();
  }
}

async function readFrames(photos: readonly Buffer[], border: number, engine: EnginePool): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  for (const photo of photos) {
    const jpeg = await toLandscape(photo, border);
    const seen = await engine.examine(new Photo(jpeg), ['landmarks'], testShare).catch(() => null);
    if (seen?.landmarks == null) continue;
    const across = seen.landmarks.map(({ x }) => x);
    const widthShare = (Math.max(...across) - Math.min(...across)) / frameHeightPx;
    frames.push({ jpeg, widthShare, turn: toHeadTurn(toFaceRatios(seen.landmarks)) });
  }
  return frames;
}

const frameHeightPx = 720;

/** Extends a portrait frame to 4:3. @param border - added on each side, as a share of the height */
async function toLandscape(jpeg: Buffer, border: number): Promise<Buffer> {
  const { width, height } = await sharp(jpeg).metadata();
  const above = Math.round(height * border);
  const side = Math.max(0, Math.round(((height + 2 * above) * 4) / 3 / 2 - width / 2));
  return sharp(jpeg)
    .extend({ top: above, bottom: above, left: side, right: side, extendWith: 'mirror' })
    .resize((frameHeightPx * 4) / 3, frameHeightPx, { fit: 'cover' })
    .jpeg({ quality: 95 })
    .toBuffer();
}

function toPoses(frames: readonly Frame[]): Poses | null {
  const neutral = frames.toSorted((a, b) => awayOf(a.turn) - awayOf(b.turn))[0];
  if (neutral === undefined) return null;
  const amountOf = ({ turn }: Frame, movement: TurnedMovement): number => {
    const yaw = turn.yawDeg - neutral.turn.yawDeg;
    const pitch = turn.pitchDeg - neutral.turn.pitchDeg;
    return { left: -yaw, right: yaw, up: pitch, down: -pitch }[movement];
  };
  const framesOf = (movement: TurnedMovement): readonly string[] | null => {
    const reached = frames.filter(({ turn }) => toPose(turn, neutral.turn) === movement);
    const goal = reached.toSorted((a, b) => amountOf(a, movement) - amountOf(b, movement))[0];
    if (goal === undefined) return null;
    const way = frames
      .filter((frame) => toPose(frame.turn, neutral.turn) === null && amountOf(frame, movement) > 0)
      .toSorted((a, b) => amountOf(a, movement) - amountOf(b, movement))
      .slice(0, framesOfTurn - 1);
    return [...way, goal].map(({ jpeg }) => jpeg.toString('base64'));
  };
  const [left, right, up, down] = turns.map(framesOf);
  if (left == null || right == null || up == null || down == null) return null;
  return { centre: [neutral.jpeg.toString('base64')], left, right, up, down };
}

const awayOf = ({ yawDeg, pitchDeg }: HeadTurn): number => Math.hypot(yawDeg, pitchDeg);
