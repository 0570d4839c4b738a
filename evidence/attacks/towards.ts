import { toUnit } from '../statistics/directions.js';

/** Returns a unit vector with the given cosine to `target`, in the plane of both embeddings. */
export function towards(target: Float32Array, other: Float32Array, cosine: number): Float32Array {
  const along = target.reduce((sum, value, at) => sum + value * other[at], 0);
  const across = toUnit(other.map((value, at) => value - along * target[at]));
  return across.map((value, at) => cosine * target[at] + Math.sqrt(1 - cosine * cosine) * value);
}
