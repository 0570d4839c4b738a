import type { Json } from '../src/json.js';

/**
 * One evaluation: what it measures, and a run that returns figures. Progress goes to `say`, figures to the result, plots
 * into the folder `out` where one was named.
 */
export interface EvalProgram {
  readonly about: string;
  run(say: (line: string) => void, out: string | null): Promise<{ readonly [figure: string]: Json }>;
}
