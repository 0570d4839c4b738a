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

/** Rounds values to millionths, as parameters of an engine store them. */
export const toMillionths = (values: Float32Array): number[] => Array.from(values, (value) => Math.round(value * 1e6));
