import type { Json } from '../../src/base/json.js';

/** Evaluation that returns figures. Progress goes to `say`, plots to the folder `out`. */
export interface EvalProgram {
  readonly about: string;
  /**
   * Evaluates folders of recordings. Absent if the program needs the evaluation faces.
   * @throws BadInput
   */
  readonly runOn?: (
    folders: readonly string[],
    say: (line: string) => void,
    out: string | null,
  ) => Promise<{ readonly [figure: string]: Json }>;
  run(say: (line: string) => void, out: string | null): Promise<{ readonly [figure: string]: Json }>;
}
