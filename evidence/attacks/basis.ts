/** Counts independent equations over GF(2), of which each is one number: one XOR adds two. */
export class Basis {
  readonly #byLength = new Map<number, bigint>();

  get rank(): number {
    return this.#byLength.size;
  }

  /** @returns false if the row depends on earlier rows */
  add(row: bigint): boolean {
    let left = row;
    while (left !== 0n) {
      const length = left.toString(2).length;
      const other = this.#byLength.get(length);
      if (other === undefined) {
        this.#byLength.set(length, left);
        return true;
      }
      left ^= other;
    }
    return false;
  }
}
