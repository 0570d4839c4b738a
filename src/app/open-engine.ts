import { recognitionFolderOf } from '../config/data-files.js';
import { toConfigError } from '../config/problem.js';
import type { Setup } from '../connections/setup.js';
import { version } from '../core/base/version.js';
import type { Ports } from '../core/deps.js';
import { builtInJudge } from '../core/liveness-policy.js';
import { hexDigestOf } from '../core/secrets.js';
import type { Recogniser } from '../face/engine/embed.js';
import { models } from '../face/engine/manifest.js';
import { type JudgeSource, openJudges } from '../face/engine/passive-model.js';
import { createEnginePool, type EnginePool } from '../face/engine/pool.js';
import type { RuntimeName } from '../face/engine/runtime.js';
import { openEngines } from '../face/recognition/open-engines.js';
import { type EngineParameters, loadParameters, type Parameters } from '../face/token/parameters.js';

export interface OpenedEngine {
  readonly engine: EnginePool;
  readonly parameters: Parameters;
  /** Short digest of what computes, which replicas compare. */
  readonly computes: string;
}

export interface EngineDeps extends Ports<'clock' | 'random' | 'log'> {
  readonly printError: (line: string) => void;
}

/** Queue limit of the engine if a remote service compares the faces. The engine then only judges liveness frames. */
const defaultQueueLimit = 64;

export async function openEngine(config: Setup['config'], deps: EngineDeps): Promise<OpenedEngine> {
  const { parameters, recognisers } = await openRecognition(config, deps);
  const judges = await openJudges(config.recognition.passiveLiveness);
  for (const judge of judges)
    if (judge !== builtInJudge)
      deps.log.info('passive liveness', { judge: judge.manifest.name, sha256: judge.manifest.sha256 });
  const engine = await createEngine(config, recognisers, judges);
  reportRuntime(engine.runtime, deps);
  deps.log.info('process that parses pictures', { ...(await engine.inspect()) });
  const computing = {
    release: version,
    engine: parameters.current.name,
    own: recognisers.map(({ id }) => id),
    judges: judges.map((judge) => (judge === builtInJudge ? judge : judge.manifest.sha256)),
    models,
    runtime: engine.runtime.name,
    processor: process.arch,
  };
  const computes = hexDigestOf(JSON.stringify(computing)).slice(0, 12);
  deps.log.info('what computes', { digest: computes });
  return { engine, parameters, computes };
}

/** Opens the recognition models. Custom engines are not loaded if a remote service compares the faces. */
async function openRecognition(config: Setup['config'], deps: EngineDeps) {
  if (config.verifier.kind === 'facenition')
    return { parameters: await loadParameters(), recognisers: [], refused: [] };
  const opened = await openEngines({ engine: config.recognition.engine, folder: recognitionFolderOf(config) }, deps);
  const { current, engines } = opened.parameters;
  checkLevels(config, current);
  const opens = [...engines.values()].flatMap((each) => (each === current ? [] : [each.name]));
  deps.log.info('recognition', { engine: current.name, opens });
  if (opened.refused.length > 0) deps.log.warn('engines refused', { engines: opened.refused });
  return opened;
}

/** Refuses policies with an unavailable accuracy level, at which no user could enrol. */
function checkLevels({ connections }: Setup['config'], { levels }: EngineParameters): void {
  const problems = connections.flatMap(({ id, policy }, at) => {
    const reason = 'expected a level that the engine offers: facestep models list';
    return levels[policy.accuracy].isOffered ? [] : [{ path: `connections.${at} (${id}).policy.accuracy`, reason }];
  });
  if (problems.length > 0) throw toConfigError(problems);
}

/** Creates the engine, which judges frames even if a remote service compares the faces. */
function createEngine(
  { verifier, modelsFolder }: Setup['config'],
  recognisers: readonly Recogniser[],
  judges: readonly JudgeSource[],
): Promise<EnginePool> {
  if (verifier.kind === 'facenition') return createEnginePool({ modelsFolder, judges, queueLimit: defaultQueueLimit });
  const { workers, queueLimit } = verifier;
  return createEnginePool({ modelsFolder, recognisers, judges, queueLimit, workers: workers ?? undefined });
}

function reportRuntime({ name, standsInBecause }: RuntimeName, { log, printError }: EngineDeps): void {
  if (standsInBecause === null) {
    log.info('model runtime', { name });
  } else {
    log.warn('model runtime', { name, standsInBecause });
    printError(
      `The model runtime has no binary for this platform: using ${name} instead, which is slower (docs/install.md)`,
    );
  }
}
