export const dot = (one: Float32Array, other: Float32Array): number => {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += one[at] * other[at];
  return sum;
};

export function toUnit(values: Float32Array): Float32Array {
  const length = Math.sqrt(dot(values, values));
  return values.map((value) => value / length);
}

function meanVector(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0].length);
  for (const vector of vectors) for (let at = 0; at < sum.length; at += 1) sum[at] += vector[at];
  return sum.map((value) => value / vectors.length);
}

export const meanOfMeans = (groups: readonly (readonly Float32Array[])[]): Float32Array =>
  meanVector(groups.map(meanVector));

export const subtract = (one: Float32Array, other: Float32Array): Float32Array =>
  one.map((value, at) => value - other[at]);

/**
 * Removes some directions from a vector.
 * @param directions - orthonormal
 */
export function projectOut(vector: Float32Array, directions: readonly Float32Array[]): Float32Array {
  const left = Float32Array.from(vector);
  for (const direction of directions) {
    const share = dot(left, direction);
    for (let at = 0; at < left.length; at += 1) left[at] -= share * direction[at];
  }
  return left;
}

/**
 * Returns principal components without centering, by power iteration.
 * @returns `count` orthonormal directions, or fewer if the vectors span less
 */
export function principalDirections(vectors: readonly Float32Array[], count: number): Float32Array[] {
  const found: Float32Array[] = [];
  let left: Float32Array[] = vectors.map((vector) => Float32Array.from(vector));
  while (found.length < count) {
    const longest = left.reduce((most, each) => (dot(each, each) > dot(most, most) ? each : most));
    if (dot(longest, longest) < 1e-10) break;
    let direction = toUnit(longest);
    for (let round = 0; round < 200; round += 1) {
      const next = new Float32Array(direction.length);
      for (const vector of left) {
        const share = dot(vector, direction);
        for (let at = 0; at < next.length; at += 1) next[at] += share * vector[at];
      }
      direction = toUnit(next);
    }
    found.push(direction);
    left = left.map((vector) => projectOut(vector, [direction]));
  }
  return found;
}

/** Rounds values to millionths, as parameters of an engine store them. */
export const toMillionths = (values: Float32Array): number[] => Array.from(values, (value) => Math.round(value * 1e6));
