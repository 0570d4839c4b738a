import { toConfigError } from '../config/problem.js';
import type { Clock, Random } from '../core/ports.js';
import type { Recogniser } from '../engine/recogniser.js';
import { FaceError } from '../errors.js';
import type { EngineId } from '../token/format.js';
import {
  type EngineParameters,
  loadParameters,
  type Parameters,
  toEngineParameters,
  withOwnEngines,
} from '../token/parameters.js';
import { nameOf, type OwnEngine, openRegistry, problemOf, recogniserOf, shortNameOf } from './registry.js';

/** The engines whose tokens open here, and what must describe each face for them beside our own model. */
export interface OpenedEngines {
  readonly parameters: Parameters;
  /** Each once. */
  readonly recognisers: readonly Recogniser[];
  /** Names of measured engines whose tokens no longer open: `problemOf`. */
  readonly refused: readonly string[];
}

/**
 * Reads the parameters that ship and those of every measured engine in the folder: their tokens keep opening until the engine
 * is removed. An engine that `problemOf` refuses is left out, as if it were removed. The model files are checked where they are loaded.
 * @param settings.engine - the name of the one that makes new tokens; `null` is the built-in one
 * @throws FaceError `parameters_altered`; `config_invalid`: there is no such engine, it is not measured, or it is refused
 */
export async function openEngines(
  { engine, folder }: { readonly engine: string | null; readonly folder: string },
  deps: { readonly clock: Clock; readonly random: Random },
): Promise<OpenedEngines> {
  const registry = openRegistry(folder, deps);
  const listed = await registry.list();
  const current = engine === null ? null : findCurrent(engine, listed);
  const own: EngineParameters[] = [];
  const recognisers = new Map<string, Recogniser>();
  const refused: string[] = [];
  for (const each of listed) {
    const entry = await registry.readParameters(each);
    if (entry === null) continue;
    const problem = problemOf(each, entry);
    if (problem !== null) {
      if (each.number === current) throw toProblem(problem);
      refused.push(nameOf(each));
      continue;
    }
    const recogniser = recogniserOf(folder, each);
    recognisers.set(recogniser.id, recogniser);
    own.push({ ...toEngineParameters(entry, recogniser.id), name: nameOf(each) });
  }
  const parameters = withOwnEngines(await loadParameters(), own, current);
  return { parameters, recognisers: [...recognisers.values()], refused };
}

const toProblem = (reason: string): FaceError => toConfigError([{ path: 'recognition.engine', reason }]);

/** The number of the engine that the configuration names. */
function findCurrent(name: string, listed: readonly OwnEngine[]): EngineId {
  const found = listed.find((each) => nameOf(each) === name);
  const refuse = (reason: string): never => {
    throw toProblem(reason);
  };
  if (found !== undefined)
    return found.parameters === null ? refuse('this engine is not measured: facestep measure accuracy') : found.number;
  // Of that label and number, yet with other digits: model, preprocessing or parameters are not those that were named.
  if (listed.some((each) => name.startsWith(`${shortNameOf(each)}-`)))
    throw new FaceError('parameters_altered', { engine: name });
  return refuse('there is no engine of this name in the folder of models: facestep models list');
}
