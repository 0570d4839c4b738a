import { beforeAll, describe, expect, test } from '@jest/globals';
import { createChance } from '../../evidence/statistics/chance.js';
import type { Point } from '../../src/engine/picture.js';
import { createEnginePool } from '../../src/engine/pool.js';
import { modelsFolder } from '../paths.js';
import { createCamera, noDrift, usualDrift } from './camera.js';
import { readDemoHeads } from './demo-people.js';
import { composeTurned, type Head, toMiddle } from './head.js';
import { drawLighting, type Lighting, type Shown, shine } from './light.js';
import { lightOfLevel } from './linear.js';
import { type Canvas, createCanvas, type Material, material } from './raster.js';
import { flatPaper, holdSheet, isAll } from './sheets.js';
import { steady } from './turns.js';

const black: Shown = { axis: 'across', first: '#000000', second: '#000000' };
const white: Shown = { axis: 'across', first: '#ffffff', second: '#ffffff' };
const leftWhite: Shown = { axis: 'across', first: '#ffffff', second: '#000000' };
const rightWhite: Shown = { axis: 'across', first: '#000000', second: '#ffffff' };

const lighting: Lighting = {
  gain: 0.2,
  falloff: 0.2,
  reflectance: 0.04,
  haze: 0.2,
  glassTilt: { x: 0, y: 0 },
};

/** A flat thing that fills the frame, its levels from dark on the left to bright on the right. */
function drawRamp(of: Material): Canvas {
  const [widthPx, heightPx] = [64, 64];
  const data = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, at) => 40 + 3 * (Math.floor(at / 3) % widthPx));
  const canvas = createCanvas({ data, widthPx, heightPx });
  canvas.materials.fill(of);
  if (of !== material.room) canvas.nearness.fill(0);
  return canvas;
}

const middle = { x: 32, y: 32 };
/** So small that the ramp is in the middle of the frame, as light sees it. */
const unitPx = 1000;

const lit = (canvas: Canvas, light: Shown) => shine(canvas, light, lighting, middle, unitPx).light;

/** What the screen's light adds at the dark and at the bright end of the row in the middle. */
function readAdded(of: Material) {
  const canvas = drawRamp(of);
  const [off, on] = [lit(canvas, black), lit(canvas, white)];
  return [2, 61].map((x) => {
    const at = (32 * 64 + x) * 3;
    return { share: on[at]! / off[at]! - 1, added: on[at]! - off[at]! };
  });
}

describe('what light makes of things', () => {
  test.each([
    ['skin', material.skin],
    ['paper', material.paper],
  ] as const)('%s answers with its own colour: brighter places by more', (_, of) => {
    const [dark, bright] = readAdded(of);
    expect(dark!.share).toBeCloseTo(lighting.gain, 2);
    expect(bright!.share).toBeCloseTo(dark!.share, 2);
    expect(bright!.added).toBeGreaterThan(10 * dark!.added);
  });

  test('glass adds the same light to what is dark on it and to what is bright', () => {
    const [dark, bright] = readAdded(material.glass);
    expect(dark!.added).toBeGreaterThan(0.02);
    expect(bright!.added / dark!.added).toBeCloseTo(1, 1);
    expect(dark!.share).toBeGreaterThan(10 * bright!.share);
  });

  test('a room answers as a face does, by no more than three tenths', () => {
    const [dark] = readAdded(material.room);
    expect(dark!.share).toBeCloseTo(lighting.gain * lighting.falloff, 3);
    const falloffs = Array.from({ length: 200 }, (_, at) => drawLighting(0.1, createChance(`room ${at}`)).falloff);
    expect(Math.max(...falloffs)).toBeLessThanOrEqual(0.3);
    expect(Math.min(...falloffs)).toBeGreaterThan(0);
  });

  test('without a screen all is as the room lights it', () => {
    for (const of of Object.values(material)) {
      const canvas = drawRamp(of);
      expect(lit(canvas, black)).toEqual(Float32Array.from(canvas.data, (level) => lightOfLevel[level]!));
    }
  });

  test('a colour answers in its own channels', () => {
    const canvas = drawRamp(material.skin);
    const [off, on] = [lit(canvas, black), lit(canvas, { axis: 'down', first: '#ff6868', second: '#ff6868' })];
    const at = (32 * 64 + 32) * 3;
    const [red, green, blue] = [0, 1, 2].map((channel) => on[at + channel]! / off[at + channel]! - 1);
    expect(red).toBeCloseTo(lighting.gain, 2);
    expect(green).toBeCloseTo(lighting.gain * 0.138, 2);
    expect(blue).toBeCloseTo(green!, 3);
  });
});

describe('the shape of a face', () => {
  let head: Head;
  beforeAll(async () => {
    const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
    [head] = await readDemoHeads(engine);
    await engine.close();
  });

  const centreOf = (...points: readonly number[]): Point => {
    const of = points.map((at) => head.landmarks[at]!);
    return {
      x: of.reduce((sum, { x }) => sum + x, 0) / of.length,
      y: of.reduce((sum, { y }) => sum + y, 0) / of.length,
    };
  };

  /** How the left half's light is to the right half's at a place, as a logarithm. */
  function readHalves(canvas: Canvas) {
    const [a, b] = [leftWhite, rightWhite].map((light) =>
      shine(canvas, light, lighting, toMiddle(head), head.eyeDistancePx),
    );
    return ({ x, y }: Point): number => {
      const at = (Math.round(y) * canvas.widthPx + Math.round(x)) * 3 + 1;
      return Math.log(a!.light[at]! / b!.light[at]!);
    };
  }

  /** The flank on the right of the frame against the one on the left, beyond what the cheeks' plane has there. */
  function readFlanks(canvas: Canvas): number {
    const read = readHalves(canvas);
    const [left, right] = [centreOf(29, 30, 31), centreOf(29, 30, 35)];
    const [leftCheek, rightCheek] = [centreOf(1, 2, 3, 31, 41), centreOf(13, 14, 15, 35, 46)];
    const slope = (read(rightCheek) - read(leftCheek)) / (rightCheek.x - leftCheek.x);
    return read(right) - read(left) - slope * (right.x - left.x);
  }

  test('the flanks of a nose answer the halves of a screen oppositely, those of a print do not', () => {
    const face = readFlanks(composeTurned(head, steady, { x: 0, y: 0, zoom: 1, tilt: 0 }));
    expect(face).toBeGreaterThan(0.01);
    for (const bend of [0, 0.3, 0.6]) {
      const print = holdSheet(head.frame, head, head.frame, steady, { ...flatPaper, bend, isPart: isAll });
      expect(Math.abs(readFlanks(print))).toBeLessThan(face / 4);
    }
  });
});

describe('a camera', () => {
  const shone = () => shine(drawRamp(material.skin), white, lighting, middle, unitPx);

  test('that does not change shows the light it gets, every time alike', () => {
    const camera = createCamera(noDrift, createChance('camera'));
    const [first, second] = [camera.take(shone(), 0), camera.take(shone(), 450)];
    expect(Buffer.compare(first.data, second.data)).toBe(0);
    const at = (32 * 64 + 10) * 3;
    expect(lightOfLevel[first.data[at]!]).toBeCloseTo(shone().light[at]!, 2);
  });

  test('takes a part of a brightening back', () => {
    const camera = createCamera({ ...noDrift, compensation: 0.3 }, createChance('camera'));
    const dark = shine(drawRamp(material.skin), black, lighting, middle, unitPx);
    const at = (32 * 64 + 10) * 3;
    camera.take(dark, 0);
    const [, seen] = [camera.take(shone(), 450), camera.take(shone(), 450)];
    const exact = createCamera(noDrift, createChance('camera')).take(shone(), 0);
    expect(seen.data[at]).toBeLessThan(exact.data[at]!);
  });

  test('drifts otherwise for another sitting', () => {
    const [one, again, other] = ['a', 'a', 'b'].map((seed) =>
      createCamera(usualDrift, createChance(seed)).take(shone(), 450),
    );
    expect(Buffer.compare(one!.data, again!.data)).toBe(0);
    expect(Buffer.compare(one!.data, other!.data)).not.toBe(0);
  });
});
