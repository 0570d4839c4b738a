import { recognitionFolderOf } from '../../../config/data-files.js';
import { type Check, fail, pass, warn } from '../../../connections/provisioning.js';
import type { Setup } from '../../../connections/setup.js';
import type { Ports } from '../../../core/deps.js';
import { builtInJudge } from '../../../core/liveness-policy.js';
import { models } from '../../../face/engine/manifest.js';
import { openJudges } from '../../../face/engine/passive-model.js';
import { type Confinement, createPresence } from '../../../face/engine/presence.js';
import { readPublishedFile } from '../../../face/engine/published-file.js';
import { secondJudge } from '../../../face/models/second-judge.js';
import { openEngines } from '../../../face/recognition/open-engines.js';
import { checkModelFile } from '../../../face/recognition/registry.js';
import type { EngineId } from '../../../face/token/format.js';

const modelFiles = 'Models';

export const createRecognitionCheck = (
  { recognition, ...config }: Pick<Setup['config'], 'recognition' | 'dataFolder'>,
  ofFolder: readonly Check[],
  deps: Ports<'clock' | 'random'>,
): Check => ({
  title: 'Recognition',
  needs: [modelFiles, ...(recognition.folder === null ? ofFolder.map(({ title }) => title) : [])],
  async run() {
    const folder = recognitionFolderOf({ ...config, recognition });
    const { parameters, recognisers, refused } = await openEngines({ engine: recognition.engine, folder }, deps);
    for (const { model } of recognisers) await checkModelFile(folder, model);
    const { current, engines } = parameters;
    const others = [...engines.values()].filter((each) => each !== current).map(({ name }) => name);
    if (refused.length > 0)
      return warn(
        `${current.name} creates new tokens; those of ${refused.join(', ')} can no longer be verified`,
        'Import and measure the model again, or remove the engine; its users enrol again: docs/own-model.md.',
      );
    return pass(`${current.name} creates new tokens; those of ${others.join(', ')} can be verified`);
  },
});

/** Finds the engine that makes new tokens; `null` if there is none, or if the check of recognition fails. */
export async function findEngine(
  { recognition, verifier, ...config }: Pick<Setup['config'], 'recognition' | 'dataFolder' | 'verifier'>,
  deps: Ports<'clock' | 'random'>,
): Promise<EngineId | null> {
  if (verifier.kind !== 'embedded') return null;
  const folder = recognitionFolderOf({ ...config, recognition });
  const opened = await openEngines({ engine: recognition.engine, folder }, deps).catch(() => null);
  return opened?.parameters.current.id ?? null;
}

const toRemedy = (judge: string): string =>
  judge === secondJudge.name
    ? `Run: facestep models fetch ${secondJudge.name}`
    : 'Restore your model for passive liveness: docs/own-model.md.';

export const createModelCheck = ({
  modelsFolder: folder,
  recognition: { passiveLiveness },
}: Pick<Setup['config'], 'modelsFolder' | 'recognition'>): Check => ({
  title: modelFiles,
  async run() {
    const judges = await openJudges(passiveLiveness);
    const files = Object.values(models).filter((model) => model !== models.liveness || judges.includes(builtInJudge));
    for (const model of files) {
      if ((await readPublishedFile(folder, model)) === null) {
        return fail(`${model.file} is missing in ${folder}`, 'Run: facestep models fetch');
      }
    }
    const published = `all ${files.length} in ${folder} are the published ones`;
    const own = judges.filter((judge) => judge !== builtInJudge);
    for (const { folder: ofModel, manifest } of own)
      if ((await readPublishedFile(ofModel, manifest)) === null)
        return fail(`${manifest.file} is missing in ${ofModel}`, toRemedy(manifest.name));
    if (own.length === 0) return pass(published);
    const names = judges.map((judge) => (judge === builtInJudge ? judge : `${judge.manifest.name} in ${judge.folder}`));
    return pass(`${published}; passive liveness is judged by ${names.join(' and ')}`);
  },
});

/** Starts a process that parses pictures as the server does, without its models. */
export const createRuntimeCheck = ({ modelsFolder }: Pick<Setup['config'], 'modelsFolder'>): Check => ({
  title: 'Model runtime',
  async run() {
    const presence = createPresence({ modelsFolder, recognisers: [], judges: [], models: 1 }, 1);
    const { runtime, confinement } = await presence.probe().finally(() => presence.close());
    const { name, standsInBecause } = runtime;
    const open = openings.filter(({ isOpen }) => isOpen(confinement));
    const apart = open.length === 0 ? [closed] : open;
    const found = [`${name}, native`, ...apart.map((each) => each.found)].join('; ');
    if (standsInBecause === null) return pass(found);
    return warn(
      `${name}, in WebAssembly, several times slower than the native one: ${standsInBecause}`,
      'Count on fewer checks a second, or run the server on a platform that has a binary: docs/install.md.',
    );
  },
});

const closed = {
  found: 'the process that parses pictures has no network, core files or unlimited memory, and its JavaScript no files',
};

const openings: readonly { readonly found: string; isOpen(confinement: Confinement): boolean }[] = [
  {
    found: 'this platform lets the process that parses pictures use the network',
    isOpen: ({ network }) => network !== false,
  },
  {
    found: 'this platform lets the JavaScript of the process that parses pictures use files',
    isOpen: ({ files }) => files,
  },
  {
    found: 'this platform lets the process that parses pictures write core files, or use unlimited memory',
    isOpen: ({ coreFiles, memoryMiB }) => coreFiles !== false || memoryMiB === null,
  },
];
