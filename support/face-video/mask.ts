import { type Head, project, type Turn, toMiddle, turnSpot } from './head.js';
import { type Canvas, drawSheet, material } from './raster.js';
import { isHead } from './sheets.js';

/**
 * Added to the mask's nearness to the camera while the mask is drawn, so that no part of the head covers the mask.
 * Subtracted afterwards.
 */
const before = 3;

/** Draws a flat mask on a turning head. The mask moves with the nose and has no depth. */
export function wearMask(wearer: Canvas, attacker: Head, victim: Head, turn: Turn): void {
  const from = toMiddle(victim);
  const to = toMiddle(attacker);
  const isFace = isHead(victim);
  const unit = victim.eyeDistancePx;
  drawSheet(wearer, {
    texture: victim.frame,
    place: (x, y) => {
      if (!isFace(x, y)) return null;
      const spot = { x: (x - from.x) / unit, y: (y - from.y) / unit, z: -0.2 };
      const front = project(spot, to, attacker.eyeDistancePx);
      const back = project(turnSpot(spot, turn), to, attacker.eyeDistancePx);
      const flat = { x: to.x + spot.x * attacker.eyeDistancePx, y: to.y + spot.y * attacker.eyeDistancePx };
      return {
        x: flat.x + back.x - front.x,
        y: flat.y + back.y - front.y,
        z: before + back.z,
        material: material.paper,
      };
    },
  });
  const { materials, nearness } = wearer;
  for (let pixel = 0; pixel < nearness.length; pixel += 1)
    if (materials[pixel] === material.paper) nearness[pixel] -= before;
}
