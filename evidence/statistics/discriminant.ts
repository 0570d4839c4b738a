/** A linear discriminant: `weights · value + offset` is 1 at the first class's mean and 0 at the second's. */
export interface Discriminant {
  readonly weights: readonly number[];
  readonly offset: number;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at], 0);

const toMean = (values: readonly (readonly number[])[]): number[] =>
  values[0].map((_, at) => values.reduce((sum, value) => sum + value[at], 0) / values.length);

function solve(matrix: number[][], goal: number[]): number[] {
  for (let row = 0; row < goal.length; row += 1)
    for (let below = row + 1; below < goal.length; below += 1) {
      const factor = matrix[below][row] / matrix[row][row];
      if (factor === 0) continue;
      for (let column = row; column < goal.length; column += 1) matrix[below][column] -= factor * matrix[row][column];
      goal[below] -= factor * goal[row];
    }
  for (let row = goal.length - 1; row >= 0; row -= 1) {
    for (let column = row + 1; column < goal.length; column += 1) goal[row] -= matrix[row][column] * goal[column];
    goal[row] /= matrix[row][row];
  }
  return goal;
}

/**
 * Fits Fisher's linear discriminant with equal class weights.
 * @see https://doi.org/10.1111/j.1469-1809.1936.tb02137.x
 */
export function fitDiscriminant(
  first: readonly (readonly number[])[],
  second: readonly (readonly number[])[],
  ridge: number,
): Discriminant {
  const size = first[0].length;
  const [one, other] = [toMean(first), toMean(second)];
  const scatter = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [values, mean] of [[first, one] as const, [second, other] as const])
    for (const value of values) {
      const deviation = value.map((each, at) => each - mean[at]);
      for (let row = 0; row < size; row += 1)
        for (let column = 0; column < size; column += 1)
          scatter[row][column] += (deviation[row] * deviation[column]) / (2 * values.length);
    }
  const meanVariance = scatter.reduce((sum, row, at) => sum + row[at], 0) / size;
  for (let at = 0; at < size; at += 1) scatter[at][at] += ridge * meanVariance;
  const direction = solve(
    scatter,
    one.map((value, at) => value - other[at]),
  );
  const [from, to] = [dot(direction, other), dot(direction, one)];
  return { weights: direction.map((weight) => weight / (to - from)), offset: -from / (to - from) };
}
