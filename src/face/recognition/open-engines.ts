import { toConfigError } from '../../config/problem.js';
import type { Ports } from '../../core/deps.js';
import { FaceError } from '../../errors.js';
import type { Recogniser } from '../engine/embed.js';
import type { EngineId } from '../token/format.js';
import { type EngineParameters, loadParameters, toEngineParameters, withOwnEngines } from '../token/parameters.js';
import { type CustomEngine, nameOf, openRegistry, problemOf, recogniserOf, shortNameOf } from './registry.js';

/**
 * Reads the parameters of all measured engines, so that their tokens stay valid.
 * @param settings.engine - name of the engine for new tokens; `null` for the built-in one
 * @throws `parameters_altered`; `config_invalid` if the engine is unknown, not measured or refused
 */
export async function openEngines(
  { engine, folder }: { readonly engine: string | null; readonly folder: string },
  deps: Ports<'clock' | 'random'>,
) {
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

function findCurrent(name: string, listed: readonly CustomEngine[]): EngineId {
  const found = listed.find((each) => nameOf(each) === name);
  const refuse = (reason: string): never => {
    throw toProblem(reason);
  };
  if (found !== undefined)
    return found.parameters === null ? refuse('this engine is not measured (docs/own-model.md)') : found.number;
  // The name had another digest, so model, preprocessing or parameters were changed.
  if (listed.some((each) => name.startsWith(`${shortNameOf(each)}-`)))
    throw new FaceError('parameters_altered', { engine: name });
  return refuse('the folder of models has no engine of this name: facestep models list');
}
