import type { Picture } from '../../src/face/engine/picture.js';
import { type Head, project, type Turn, toMiddle, turnSpot } from './head.js';
import { paper } from './materials.js';
import { blur, type Canvas, createCanvas, drawSheet, type Material, material, type PlacedSpot } from './raster.js';

export interface SheetShape {
  /** Curvature: depth in eye distances at one eye distance from the bending axis; 0 is flat. */
  readonly bend: number;
  /** Angle of the bending axis in degrees: 0 is vertical, 90 is horizontal. Paper bends about one axis only. */
  readonly axisDeg: number;
  isPart(x: number, y: number): boolean;
  readonly material: Material;
}

/** Draws a sheet with the victim's picture in front of a scene. */
export function holdSheet(canvas: Picture, victim: Head, texture: Picture, turn: Turn, how: SheetShape): Canvas {
  const drawn = createCanvas(canvas);
  const middle = toMiddle(victim);
  const unit = victim.eyeDistancePx;
  const axis = (how.axisDeg * Math.PI) / 180;
  drawSheet(drawn, {
    texture,
    place: (x, y): PlacedSpot | null => {
      if (!how.isPart(x, y)) return null;
      const u = (x - middle.x) / unit;
      const v = (y - middle.y) / unit;
      const aside = u * Math.cos(axis) + v * Math.sin(axis);
      const spot = turnSpot({ x: u, y: v, z: -1.6 - how.bend * aside * aside }, turn);
      return { ...project(spot, middle, unit), material: how.material };
    },
  });
  return drawn;
}

export const flatPaper = { bend: 0, axisDeg: 0, material: material.paper } as const;
export const flatGlass = { bend: 0, axisDeg: 0, material: material.glass } as const;

export const isAll = (): boolean => true;

export const isPrinted =
  (victim: Head) =>
  (x: number, y: number): boolean => {
    const middle = toMiddle(victim);
    const unit = victim.eyeDistancePx;
    return Math.abs(x - middle.x) < paper.halfWidth * unit && Math.abs(y - middle.y) < paper.halfHeight * unit;
  };

/** Returns true inside the outline of head and hair. */
export const isHead =
  (victim: Head) =>
  (x: number, y: number): boolean => {
    const middle = toMiddle(victim);
    const unit = victim.eyeDistancePx;
    return Math.hypot((x - middle.x) / 1.35, (y - middle.y) / 1.75) < unit;
  };

/** Draws the attacker's room: their own picture, blurred. */
export const drawRoom = (attacker: Head): Promise<Picture> => blur(attacker.frame, 25);
