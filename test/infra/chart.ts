import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { createFolder } from '../folder.js';
import { projectRoot } from '../paths.js';
import { helm } from './helm.js';

const chartFolder = join(projectRoot, 'infra/helm/facestep');
const folder = createFolder('chart');

export const readChartFile = (name: string): string => readFileSync(join(chartFolder, name), 'utf8');

/** Renders the chart as release `face` in namespace `identity`. Throws Helm's message if the chart refuses the values. */
export function renderChart(values: Record<string, unknown>): string {
  const file = join(folder, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  return helm(['template', 'face', chartFolder, '--namespace', 'identity', '--values', file]);
}

/** Parses a rendered chart. Throws unless it is strict YAML. */
export const objectsOf = (rendered: string): unknown[] =>
  parseAllDocuments(rendered, { strict: true, uniqueKeys: true }).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    return object === null ? [] : [object];
  });
