import type { Json } from '../../src/base/json.js';

/** An evaluation whose run returns figures. Progress goes to `say`, plots to the folder `out`. */
export interface EvalProgram {
  readonly about: string;
  /**
   * Runs on folders of recordings; absent if only evaluation faces work.
   * @throws BadInput
   */
  readonly runOn?: (
    folders: readonly string[],
    say: (line: string) => void,
    out: string | null,
  ) => Promise<{ readonly [figure: string]: Json }>;
  run(say: (line: string) => void, out: string | null): Promise<{ readonly [figure: string]: Json }>;
}
