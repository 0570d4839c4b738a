import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../src/core/base/json.js';

export type PrintLine = (line: string) => void;

/** Evaluation that returns figures. Progress goes to `say`, plots to the folder `out`. */
export interface EvalProgram {
  readonly about: string;
  /**
   * Evaluates folders of recordings. Absent if the program needs the evaluation faces.
   * @throws BadInput
   */
  readonly runOn?: (
    folders: readonly string[],
    say: PrintLine,
    out: string | null,
  ) => Promise<{ readonly [figure: string]: Json }>;
  run(say: PrintLine, out: string | null): Promise<{ readonly [figure: string]: Json }>;
}

/** Writes plots, tables and figures to the folder of `--out`. */
export async function keep(out: string | null, files: Readonly<Record<string, string>>): Promise<void> {
  if (out === null) return;
  await mkdir(out, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(out, name), text);
}

export const toFile = (figures: object): string => `${JSON.stringify(figures, null, 2)}\n`;

/** Stores the figures of `npm run eval -- NAME` for the docs. */
export const keepFigures = (out: string | null, name: string, figures: JsonObject, command = name): Promise<void> =>
  keep(out, {
    [`${name}.json`]: toFile({
      date: new Date().toISOString().slice(0, 10),
      command: `npm run eval -- ${command}`,
      node: process.version,
      cores: availableParallelism(),
      ...figures,
    }),
  });
