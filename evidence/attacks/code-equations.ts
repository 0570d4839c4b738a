import { codeLength } from '../../src/face/token/polar.js';

/** Returns for each position of the code word the message bits whose sum it is, as one number. */
export const equationsOf = (positions: Uint16Array): readonly bigint[] =>
  Array.from({ length: codeLength }, (_, at) =>
    positions.reduce((sum, row, bit) => ((row & at) === at ? sum | (1n << BigInt(bit)) : sum), 0n),
  );

/** Returns the position of the highest bit that is set. */
export const highestBit = (value: bigint): number => value.toString(2).length - 1;

/**
 * Solves equations over GF(2) by Gauss and Jordan's elimination. Bit 0 of an equation is its right side.
 * @returns one equation for each determined unknown, which is its highest bit; `null` if the equations contradict each other
 */
export function solve(equations: Iterable<bigint>): readonly bigint[] | null {
  const solved = new Map<bigint, bigint>();
  for (const equation of equations) {
    let left = equation;
    for (const [unknown, known] of solved) if ((left & unknown) !== 0n) left ^= known;
    if (left === 0n) continue;
    if (left === 1n) return null;
    const found = 1n << BigInt(highestBit(left));
    for (const [unknown, known] of solved) if ((known & found) !== 0n) solved.set(unknown, known ^ left);
    solved.set(found, left);
  }
  return [...solved.values()];
}
