import type { SeededRandom } from '../../src/core/base/chance.js';
import { embeddingLength, viewLength } from '../../src/face/token/views.js';
import { toViews } from '../measure/accuracy/bare-token.js';

export function meanOf(embeddings: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(embeddingLength);
  for (const embedding of embeddings)
    for (let at = 0; at < embeddingLength; at += 1) mean[at] += embedding[at] / embeddings.length;
  return mean;
}

/**
 * Returns the lower Cholesky factor of the covariance about `centre`, row by row. A small value on the
 * diagonal lets the factor exist with fewer embeddings than dimensions.
 */
function covarianceRoot(embeddings: readonly Float32Array[], centre: ArrayLike<number>): Float64Array {
  const length = embeddingLength;
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
export function createGaussian(embeddings: readonly Float32Array[], chance: SeededRandom): () => Float32Array {
  const mean = meanOf(embeddings);
  const root = covarianceRoot(embeddings, mean);
  return () => {
    const normals = Float64Array.from({ length: embeddingLength }, () => chance.normal());
    return toFace(mean, root, normals);
  };
}

/** Maps normally distributed values to the face that has these values. */
const toFace = (mean: ArrayLike<number>, root: Float64Array, normals: Float64Array): Float32Array =>
  Float32Array.from(mean, (value, row) => {
    let sum = value;
    for (let column = 0; column <= row; column += 1) sum += root[row * embeddingLength + column] * normals[column];
    return sum;
  });

export function cosineOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let at = 0; at < a.length; at += 1) {
    dot += a[at] * b[at];
    aa += a[at] * a[at];
    bb += b[at] * b[at];
  }
  return dot / Math.sqrt(aa * bb);
}

/** Parameters of the logistic regression, tuned on the attacker's half of the people. */
const softness = 0.1;
const steps = 60;
const rate = 0.01;
const momentum = 0.9;

function readTransform() {
  const atZero = toViews(new Float32Array(embeddingLength));
  const columns = Array.from({ length: embeddingLength }, (_, at) => {
    const unit = new Float32Array(embeddingLength);
    unit[at] = 1;
    return toViews(unit).map((value, view) => value - atZero[view]);
  });
  const squared = columns[0].reduce((sum, value) => sum + value * value, 0);
  const mean = Float32Array.from(
    columns,
    (column) => -column.reduce((sum, value, at) => sum + value * atZero[at], 0) / squared,
  );
  return { columns, mean };
}

export function createEstimator(corpus: readonly Float32Array[]) {
  const { columns, mean } = readTransform();
  const root = covarianceRoot(corpus, mean);

  /** Maps normally distributed values to the 1,024 numbers whose signs a token hides. */
  const matrix = new Float32Array(viewLength * embeddingLength);
  for (let view = 0; view < viewLength; view += 1) {
    const row = new Float64Array(embeddingLength);
    for (let inner = 0; inner < embeddingLength; inner += 1)
      for (let column = 0; column <= inner; column += 1)
        row[column] += columns[inner][view] * root[inner * embeddingLength + column];
    const length = Math.hypot(...row);
    matrix.set(
      row.map((value) => value / length),
      view * embeddingLength,
    );
  }

  return {
    /** Applies the transposed transform. Needs only the public token format. */
    linear(bits: Uint8Array): Float32Array {
      const signs = Float32Array.from(bits, (bit) => 1 - 2 * bit);
      const sums = Float32Array.from(columns, (column) =>
        column.reduce((sum, value, at) => sum + value * signs[at], 0),
      );
      const length = Math.hypot(...sums);
      return mean.map((value, at) => value + sums[at] / length);
    },
    /**
     * Runs 1-bit compressed sensing: logistic regression of the signs, with the faces' distribution as prior.
     * @see https://doi.org/10.1109/TIT.2012.2207945 (Plan and Vershynin)
     */
    likeliest(bits: Uint8Array): Float32Array {
      const deviates = new Float64Array(embeddingLength);
      const velocity = new Float64Array(embeddingLength);
      for (let step = 0; step < steps; step += 1) {
        const gradient = deviates.map((value) => -value);
        for (let view = 0; view < viewLength; view += 1) {
          const from = view * embeddingLength;
          let value = 0;
          for (let at = 0; at < embeddingLength; at += 1) value += matrix[from + at] * deviates[at];
          const sign = bits[view] === 1 ? -1 : 1;
          const push = sign / softness / (1 + Math.exp((sign * value) / softness));
          for (let at = 0; at < embeddingLength; at += 1) gradient[at] += push * matrix[from + at];
        }
        for (let at = 0; at < embeddingLength; at += 1) {
          velocity[at] = momentum * velocity[at] + rate * gradient[at];
          deviates[at] += velocity[at];
        }
      }
      return toFace(mean, root, deviates);
    },
  };
}
