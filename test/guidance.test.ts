import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { demoPhotosFolder, loadPictures, type Pictures } from '../examples/demo/pictures.js';
import type { Hint } from '../src/core/hints.js';
import type { Landmarks } from '../src/face/engine/landmarks.js';
import type { Picture } from '../src/face/engine/picture.js';
import { createPipeline } from '../src/face/engine/pipeline.js';
import { forFile } from '../support/run/for-file.js';
import { modelsFolder } from '../support/run/paths.js';
import { analyzePicture, type FrameReading, type SeenFace } from '../web/capture/guidance/frame-reading.js';
import type { GuidePose } from '../web/capture/guidance/guide.js';
import { createObserver, isTooSmall, toHint } from '../web/capture/guidance/observer.js';
import { toFaceRatios, toHeadTurn, toPose } from '../web/capture/guidance/pose.js';

const pictures = await loadPictures();
const pipeline = await forFile(createPipeline(modelsFolder));

/** What a camera of 640×480 shows of a photo. */
async function toFrame(photo: Uint8Array, change: (image: Sharp) => Sharp = (image) => image) {
  const upright = await change(sharp(photo).flatten()).png().toBuffer();
  const { data, info } = await sharp(upright)
    .resize(640, 480, { fit: 'contain', background: '#8c8c8c' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, widthPx: info.width, heightPx: info.height } satisfies Picture;
}

const look = async (picture: Picture) => analyzePicture(picture, 1, pipeline.stages);

describe('the guidance for a photo', () => {
  test('reports one face as ready and looking ahead', async () => {
    const sight = await look(await toFrame(pictures.person[0]));
    expect(sight).toMatchObject({ faces: 1, widthPx: 640, heightPx: 480 });
    expect(sight.face?.landmarks).toHaveLength(68);
    const observe = createObserver();
    const seen = [sight, sight, sight].map((each) => observe(each));
    const ready = { faces: 1, hint: null, ready: true, isTooSmall: false, isTooBright: false, isBetween: false };
    expect(seen.at(0)).toEqual({ ...ready, pose: null, isHeld: false });
    expect(seen.at(-1)).toEqual({ ...ready, pose: 'centre', isHeld: true });
  });

  test.each<[string, Hint, (pictures: Pictures) => Promise<Picture>]>([
    ['several people', 'one_face', ({ group }) => toFrame(group)],
    ['a scene without a person', 'no_face', ({ landscape }) => toFrame(landscape)],
    ['a dark room', 'more_light', ({ person }) => toFrame(person[0], (image) => image.linear(0.3, 0))],
    ['a blurred face', 'hold_still', ({ person }) => toFrame(person[0], (image) => image.blur(9))],
  ])('of %s is the hint %s', async (_name, hint, make) => {
    const seen = createObserver()(await look(await make(pictures)));
    expect(seen).toMatchObject({ hint, ready: false });
  });
});

test('the guide’s yaw has the same sign as the engine’s for every turned face of the demonstration photos', async () => {
  const { stages } = pipeline;
  const signs: (readonly [number, number])[] = [];
  for (let number = 1; number <= 6; number += 1) {
    const { data, info } = await sharp(readFileSync(join(demoPhotosFolder, `sample${number}.jpg`)))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const picture = { data, widthPx: info.width, heightPx: info.height };
    for (const { box } of await stages.detect(picture, 'sure')) {
      const { yawDeg } = await stages.estimatePose(picture, box);
      const turn = toHeadTurn(toFaceRatios(await stages.findLandmarks(picture, box)));
      if (box.width > 60 && Math.abs(yawDeg) > 12) signs.push([Math.sign(turn.yawDeg), Math.sign(yawDeg)]);
    }
  }
  expect(signs.length).toBeGreaterThan(3);
  for (const [ours, engine] of signs) expect(ours).toBe(engine);
});

/**
 * The points of a plain head, turned in space and seen from far away. The person's own left is on the picture's right, so
 * a positive angle moves the nose to the right.
 */
function toLandmarks(turn: { readonly ownLeftDeg?: number; readonly upDeg?: number }, shiftPx = 0): Landmarks {
  const [yaw, pitch] = [turn.ownLeftDeg ?? 0, turn.upDeg ?? 0].map((degrees) => (degrees * Math.PI) / 180);
  const points = Array.from({ length: 68 }, () => ({ x: 0, y: 0, z: 0 }));
  const put = (indices: readonly number[], x: number, y: number, z: number) => {
    for (const at of indices) points[at] = { x, y, z };
  };
  put([0, 1, 2], -75, 20, -70);
  put([14, 15, 16], 75, 20, -70);
  put([36], -45, 0, -10);
  put([37, 38, 40, 41], -30, 0, 0);
  put([43, 44, 46, 47], 30, 0, 0);
  put([45], 45, 0, -10);
  put([30], 0, 38, 25);
  put([48, 60], -25, 70, 0);
  put([54, 64], 25, 70, 0);
  return points.map(({ x, y, z }) => {
    const across = x * Math.cos(yaw!) + z * Math.sin(yaw!);
    const depth = z * Math.cos(yaw!) - x * Math.sin(yaw!);
    return { x: 320 + shiftPx + across, y: 200 + y * Math.cos(pitch!) - depth * Math.sin(pitch!) };
  });
}

describe('poses', () => {
  const at = (yawDeg: number, pitchDeg: number) => toPose({ yawDeg, pitchDeg }, { yawDeg: 0, pitchDeg: 0 });

  test.each<[number, number, GuidePose | null]>([
    [-15.5, 0, 'left'],
    [-15.4, 0, null],
    [15.5, 0, 'right'],
    [0, 9.5, 'up'],
    [0, 9.4, null],
    [0, -9.5, 'down'],
    [8, 5.5, 'centre'],
    [-8, -5.5, 'centre'],
    [8.1, 0, null],
    [0, 5.6, null],
    // Of two directions the one that goes further past its bound counts.
    [-23, 12, 'left'],
    [-17, 12, 'up'],
  ])('yaw %d and pitch %d result in the pose %s', (yawDeg, pitchDeg, pose) => {
    expect(at(yawDeg, pitchDeg)).toBe(pose);
  });

  test('are relative to the user’s neutral pose', () => {
    expect(toPose({ yawDeg: -12, pitchDeg: 4 }, { yawDeg: 5, pitchDeg: 4 })).toBe('left');
    expect(toPose({ yawDeg: -12, pitchDeg: 4 }, { yawDeg: -12, pitchDeg: 4 })).toBe('centre');
  });
});

const goodFace: SeenFace = {
  box: { x: 220, y: 130, width: 200, height: 240 },
  landmarks: toLandmarks({}),
  quality: { faceWidthPx: 200, eyeDistancePx: 90, sharpness: 300, brightness: 120, contrast: 40 },
  light: { clippedShare: 0, surroundings: 120, clippedAround: 0 },
};
const goodSight: FrameReading = { widthPx: 640, heightPx: 480, scale: 1, brightness: 120, faces: 1, face: goodFace };

const withFace = (change: Partial<SeenFace>): FrameReading => ({ ...goodSight, face: { ...goodFace, ...change } });
const withQuality = (change: Partial<SeenFace['quality']>, light = goodFace.light): FrameReading =>
  withFace({ quality: { ...goodFace.quality, ...change }, light });

describe('hints', () => {
  test.each<[Hint | null, string, FrameReading]>([
    [null, 'a good view', goodSight],
    ['one_face', 'two people', { ...goodSight, faces: 2, face: null }],
    ['no_face', 'a scene without a person', { ...goodSight, faces: 0, face: null }],
    ['more_light', 'a dark scene without a person', { ...goodSight, brightness: 20, faces: 0, face: null }],
    ['come_closer', 'a narrow face', withFace({ box: { x: 270, y: 180, width: 100, height: 120 } })],
    ['move_back', 'a wide face', withFace({ box: { x: 150, y: 40, width: 330, height: 400 } })],
    ['centre', 'a face to the side', withFace({ box: { x: 20, y: 130, width: 200, height: 240 } })],
    ['more_light', 'a dark face', withQuality({ brightness: 50 })],
    ['less_light', 'a white face', withQuality({ brightness: 190 })],
    [
      'more_light',
      'back light',
      withQuality({ brightness: 70 }, { ...goodFace.light, clippedShare: 0, surroundings: 200 }),
    ],
    [null, 'a bright wall', withQuality({ brightness: 90 }, { ...goodFace.light, clippedShare: 0, surroundings: 230 })],
    ['glare', 'a white spot', withQuality({}, { ...goodFace.light, clippedShare: 0.06, surroundings: 120 })],
    ['hold_still', 'blur', withQuality({ sharpness: 50 })],
  ])('the hint is %s for %s', (hint, _name, sight) => {
    expect(toHint(sight, 0)).toBe(hint);
  });

  // The camera's pixels do not count, but those of the frame that is sent: the judge takes 64, of a turned head too.
  test.each<[boolean, string, number, Pick<FrameReading, 'widthPx' | 'heightPx' | 'scale'>]>([
    [true, '62 pixels of a small camera', 62, { widthPx: 640, heightPx: 480, scale: 1 }],
    [true, '79 pixels of a small camera', 79, { widthPx: 640, heightPx: 480, scale: 1 }],
    [false, '80 pixels of a small camera', 80, { widthPx: 640, heightPx: 480, scale: 1 }],
    [true, '104 pixels of a large camera', 52, { widthPx: 640, heightPx: 360, scale: 2 }],
    [false, '108 pixels of a large camera', 54, { widthPx: 640, heightPx: 360, scale: 2 }],
  ])('isTooSmall is %s for a face of %s', (expected, _name, width, camera) => {
    const box = { x: 300, y: 150, width, height: width * 1.2 };
    const sight = { ...withFace({ box }), ...camera };
    expect(isTooSmall(sight)).toBe(expected);
    expect(toHint(sight, 0)).toBe('come_closer');
  });
});

describe('the observer across frames', () => {
  const facing = (turn: Parameters<typeof toLandmarks>[0], shiftPx = 0) =>
    withFace({ landmarks: toLandmarks(turn, shiftPx) });

  test('reports a moving face as not ready until the face stops', () => {
    const observe = createObserver();
    expect(observe(facing({})).ready).toBe(true);
    expect(observe(facing({}, 20))).toMatchObject({ hint: 'hold_still', ready: false });
    expect(observe(facing({}, 21)).ready).toBe(true);
  });

  test('reports a head that stops between two poses, but not a turning head', () => {
    const observe = createObserver();
    for (let at = 0; at < 3; at += 1) expect(observe(facing({})).isBetween).toBe(false);
    const between = { ownLeftDeg: 12 };
    expect(observe(facing(between, 60))).toMatchObject({ pose: null, isBetween: false });
    expect(observe(facing(between, 60))).toMatchObject({ pose: null, isBetween: true });
    expect(observe(facing({ ownLeftDeg: 30 }, 60)).isBetween).toBe(false);
  });

  test('uses the first steady face that looks ahead as the neutral pose', () => {
    const observe = createObserver();
    // A camera below the eyes: the usual face would look up.
    const ownNeutral = { upDeg: 18 };
    const poses = [0, 1, 2].map(() => observe(facing(ownNeutral)).pose);
    expect(poses).toEqual([null, null, 'centre']);
    observe(facing({ upDeg: -10 }));
    expect(observe(facing({ upDeg: -10 })).pose).toBe('down');
    // A later steady face does not move it.
    for (let at = 0; at < 5; at += 1) observe(facing({ upDeg: -10 }));
    expect(observe(facing(ownNeutral)).pose).toBe('centre');
  });

  test('reports a head as held only after rest, not during a slow turn', () => {
    const observe = createObserver();
    const shifts = [0, 10, 12, 13, 15, 17];
    const isHeld = shifts.map((shiftPx) => observe(facing({}, shiftPx)).isHeld);
    expect(isHeld).toEqual([false, false, true, true, false, true]);
  });
});
