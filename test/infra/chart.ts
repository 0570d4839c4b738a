import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { projectRoot } from '../paths.js';
import { renderTemplates } from './go-template.js';

export const chartFolder = join(projectRoot, 'infra/helm/facestep');

export const readChartFile = (name: string): string => readFileSync(join(chartFolder, name), 'utf8');

type Values = Record<string, unknown>;

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Merges values as Helm does: `null` removes a value. */
const overlay = (below: Values, above: Values): Values =>
  Object.fromEntries(
    [...new Set([...Object.keys(below), ...Object.keys(above)])].flatMap((name) => {
      const [lower, upper = lower] = [below[name], above[name]];
      if (upper === null) return [];
      return [[name, isMap(lower) && isMap(upper) ? overlay(lower, upper) : upper]];
    }),
  );

export const toValues = (given: Values): Values =>
  overlay(parse(readChartFile('values.yaml'), { strict: true }), given);

/** Renders the chart as release `face` in namespace `identity`. */
export function renderChart(given: Values): Record<string, string> {
  const { name, version, appVersion } = parse(readChartFile('Chart.yaml'));
  const files = Object.fromEntries(
    readdirSync(join(chartFolder, 'templates'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')]),
  );
  return renderTemplates(files, {
    Values: toValues(given),
    Chart: { Name: name, Version: version, AppVersion: appVersion },
    Release: { Name: 'face', Namespace: 'identity', Service: 'Helm' },
    Files: { Get: (file: unknown) => readChartFile(String(file)) },
  });
}

/** Parses a rendered chart. Throws unless it is strict YAML. */
export const objectsOf = (rendered: Readonly<Record<string, string>>): unknown[] =>
  Object.entries(rendered)
    .filter(([name]) => name.endsWith('.yaml'))
    .flatMap(([, text]) =>
      parseAllDocuments(text, { strict: true, uniqueKeys: true }).flatMap((document) => {
        const [error] = document.errors;
        if (error !== undefined) throw error;
        const object: unknown = document.toJS();
        return object === null ? [] : [object];
      }),
    );
