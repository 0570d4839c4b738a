import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/base/json.js';

/**
 * Keeps plots, tables and figures of a run in the folder that `--out` named.
 * @param out - null: nothing is kept
 * @param files - by their names
 */
export async function keep(out: string | null, files: Readonly<Record<string, string>>): Promise<void> {
  if (out === null) return;
  await mkdir(out, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(out, name), text);
}

export const toFile = (figures: object): string => `${JSON.stringify(figures, null, 2)}\n`;

/** Figures for documents to state: with what measured them, when, and on what. */
export const toDatedFile = (command: string, at: Date, figures: JsonObject): string =>
  toFile({
    date: at.toISOString().slice(0, 10),
    command,
    node: process.version,
    cores: availableParallelism(),
    ...figures,
  });

/** Keeps the figures of `npm run eval -- NAME` for documents to quote. */
export const keepFigures = (out: string | null, name: string, figures: JsonObject): Promise<void> =>
  keep(out, { [`${name}.json`]: toDatedFile(`npm run eval -- ${name}`, new Date(), figures) });
