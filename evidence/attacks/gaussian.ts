import type { Chance } from '../../src/core/base/chance.js';

const length = 512;

export function meanOf(embeddings: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(length);
  for (const embedding of embeddings)
    for (let at = 0; at < length; at += 1) mean[at] += embedding[at] / embeddings.length;
  return mean;
}

/**
 * Returns the lower Cholesky factor of the covariance about `centre`, row by row. A small value on the
 * diagonal lets the factor exist with fewer embeddings than dimensions.
 */
export function covarianceRoot(embeddings: readonly Float32Array[], centre: ArrayLike<number>): Float64Array {
  const root = new Float64Array(length * length);
  const off = new Float64Array(length);
  for (const embedding of embeddings) {
    for (let at = 0; at < length; at += 1) off[at] = embedding[at] - centre[at];
    for (let row = 0; row < length; row += 1)
      for (let column = 0; column <= row; column += 1)
        root[row * length + column] += (off[row] * off[column]) / embeddings.length;
  }
  let trace = 0;
  for (let at = 0; at < length; at += 1) trace += root[at * length + at];
  for (let at = 0; at < length; at += 1) root[at * length + at] += trace / length / 100;
  for (let row = 0; row < length; row += 1)
    for (let column = 0; column <= row; column += 1) {
      let sum = root[row * length + column];
      for (let at = 0; at < column; at += 1) sum -= root[row * length + at] * root[column * length + at];
      root[row * length + column] = row === column ? Math.sqrt(sum) : sum / root[column * length + column];
    }
  return root;
}

/** Draws embeddings from a normal distribution fitted to the given faces. */
export function createGaussian(embeddings: readonly Float32Array[], chance: Chance): () => Float32Array {
  const mean = meanOf(embeddings);
  const root = covarianceRoot(embeddings, mean);
  return () => {
    const normals = Float64Array.from({ length }, () => chance.normal());
    return Float32Array.from(mean, (value, row) => {
      let sum = value;
      for (let column = 0; column <= row; column += 1) sum += root[row * length + column] * normals[column];
      return sum;
    });
  };
}
