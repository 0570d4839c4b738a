import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/base/json.js';

/** Writes plots, tables and figures to the folder of `--out`. */
export async function keep(out: string | null, files: Readonly<Record<string, string>>): Promise<void> {
  if (out === null) return;
  await mkdir(out, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(out, name), text);
}

export const toFile = (figures: object): string => `${JSON.stringify(figures, null, 2)}\n`;

export const toDatedFile = (command: string, at: Date, figures: JsonObject): string =>
  toFile({
    date: at.toISOString().slice(0, 10),
    command,
    node: process.version,
    cores: availableParallelism(),
    ...figures,
  });

/** Stores the figures of `npm run eval -- NAME` for the docs. */
export const keepFigures = (out: string | null, name: string, figures: JsonObject): Promise<void> =>
  keep(out, { [`${name}.json`]: toDatedFile(`npm run eval -- ${name}`, new Date(), figures) });
