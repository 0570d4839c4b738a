import type { JsonObject } from '../base/json.js';
import { nameOf, type OwnEngine, problemOf } from '../recognition/registry.js';
import { currentEngine, engineNames } from '../token/format.js';
import { accuracies, type EngineEntry } from '../token/parameters.js';

export interface ListedEngines {
  readonly folder: string;
  readonly inUse: string | null;
  readonly own: readonly { readonly engine: OwnEngine; readonly entry: EngineEntry | null }[];
}

export const builtIn: readonly string[] = Object.values(engineNames);
const newest = engineNames[currentEngine];

const offered = (entry: EngineEntry): number[] => accuracies.filter((level) => entry.levels[level].isOffered);

function standOf(engine: OwnEngine, entry: EngineEntry | null, usable: string): string {
  const problem = problemOf(engine, entry);
  if (problem !== null) return `NOT USABLE: ${problem}`;
  return entry === null ? 'not measured yet' : usable;
}

export function toEngineLines({ folder, inUse, own }: ListedEngines): string[] {
  const stand = (isInUse: boolean): string => (isInUse ? 'makes new tokens' : 'opens its tokens');
  return [
    'Built in:',
    ...builtIn.map((name) => `  ${name}: ${stand(inUse === null && name === newest)}`),
    '',
    `Of your own, in ${folder}:`,
    ...(own.length === 0 ? ['  none'] : []),
    ...own.flatMap(({ engine, entry }) => [
      `  ${nameOf(engine)}: ${standOf(engine, entry, stand(nameOf(engine) === inUse))}`,
      `    ${engine.model.numbers} numbers, ${engine.model.bytes} bytes, imported ${engine.importedAt}; licence: ${engine.licence}`,
      ...(entry === null
        ? []
        : [
            `    fitted on ${entry.provenance.fitted.replace(/^.*?: /, '')}`,
            `    measured on ${entry.provenance.measured}`,
            `    levels offered: ${offered(entry).join(', ')}`,
          ]),
    ]),
    ...(inUse === null || own.some(({ engine }) => nameOf(engine) === inUse)
      ? []
      : ['', `NOT USABLE: the configuration names ${inUse}, and there is no such engine.`]),
  ];
}

export function toEngineReport({ folder, inUse, own }: ListedEngines): JsonObject {
  return {
    folder,
    inUse: inUse ?? newest,
    builtIn: [...builtIn],
    own: own.map(({ engine, entry }) => ({
      name: nameOf(engine),
      number: engine.number,
      licence: engine.licence,
      importedAt: engine.importedAt,
      sha256: engine.model.sha256,
      bytes: engine.model.bytes,
      numbers: engine.model.numbers,
      measured: entry !== null,
      problem: problemOf(engine, entry),
      levels: entry === null ? [] : offered(entry),
    })),
  };
}
