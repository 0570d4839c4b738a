import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../support/run/paths.js';

const root = join(projectRoot, 'infra/terraform');
export const modules = readdirSync(join(root, 'modules')).map((name) => join('modules', name));
const examples = readdirSync(join(root, 'examples')).map((name) => join('examples', name));

const blocks = z.record(z.string(), z.array(z.record(z.string(), z.unknown()))).default({});
const typedBlocks = z.record(z.string(), blocks).default({});
const moduleGuard = z.strictObject({
  terraform: z
    .tuple([
      z.object({
        required_version: z.string(),
        required_providers: z.tuple([z.record(z.string(), z.object({ source: z.string(), version: z.string() }))]),
      }),
    ])
    .optional(),
  variable: blocks,
  output: blocks,
  module: blocks,
  locals: z.array(z.record(z.string(), z.unknown())).default([]),
  resource: typedBlocks,
  data: typedBlocks,
  ephemeral: typedBlocks,
});
export type Module = z.infer<typeof moduleGuard>;

const read = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.tf'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
    .join('\n');

export const sources = Object.fromEntries([...modules, ...examples].map((folder) => [folder, read(folder)]));
/** Runs in its own process, because the WebAssembly parser never exits. */
function parseAll(): Record<string, unknown> {
  const program = `
    const { parse } = require('@cdktf/hcl2json');
    const { readFileSync, writeSync } = require('node:fs');
    const entries = Object.entries(JSON.parse(readFileSync(0, 'utf8')));
    Promise.all(entries.map(async ([name, source]) => [name, await parse(name + '.tf', source)])).then((all) => {
      writeSync(1, JSON.stringify(Object.fromEntries(all)));
      process.exit(0);
    });
  `;
  const options = { cwd: projectRoot, encoding: 'utf8', input: JSON.stringify(sources) } as const;
  return JSON.parse(execFileSync(process.execPath, ['--eval', program], options));
}

const parsed = z.record(z.string(), moduleGuard).parse(parseAll());
export const readModule = (folder: string): Module => parsed[folder]!;
