import type { Json } from '../../src/base/json.js';

/**
 * One evaluation: what it measures, and a run that returns figures. Progress goes to `say`, figures to the result, plots
 * into the folder `out` where one was named.
 */
export interface EvalProgram {
  readonly about: string;
  /** The same of folders of what somebody recorded; absent where only the evaluation faces will do. @throws BadInput */
  readonly runOn?: (
    folders: readonly string[],
    say: (line: string) => void,
    out: string | null,
  ) => Promise<{ readonly [figure: string]: Json }>;
  run(say: (line: string) => void, out: string | null): Promise<{ readonly [figure: string]: Json }>;
}
