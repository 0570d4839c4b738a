import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './paths.js';

/** What an installation lacks: the native binary, as on a platform that there is none for; or one that the system does not load. */
export type Native = 'absent' | 'not_loadable';

/** Where a package is of its own, to be changed: its binaries are not copied. */
function copyRuntime(to: string): string {
  const from = join(projectRoot, 'node_modules/onnxruntime-node');
  cpSync(from, to, { recursive: true, filter: (path) => path !== join(from, 'bin') });
  return join(to, 'bin/napi-v6', process.platform, process.arch);
}

/**
 * An installation of this build as it is on another platform.
 * @param hasWebAssembly - whether the runtime in WebAssembly is there
 * @returns its top
 */
export function installOnOtherPlatform(folder: string, native: Native, hasWebAssembly = true): string {
  const top = join(folder, `${native}-${hasWebAssembly}`);
  const modules = join(top, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(join(projectRoot, 'node_modules')))
    symlinkSync(join(projectRoot, 'node_modules', name), join(modules, name));
  rmSync(join(modules, 'onnxruntime-node'));
  const binaries = copyRuntime(join(modules, 'onnxruntime-node'));
  if (native === 'not_loadable') {
    mkdirSync(binaries, { recursive: true });
    writeFileSync(join(binaries, 'onnxruntime_binding.node'), 'for another processor');
  }
  if (!hasWebAssembly) rmSync(join(modules, 'onnxruntime-web'));
  cpSync(join(projectRoot, 'dist'), join(top, 'dist'), {
    recursive: true,
    filter: (path) => !/\.(map|d\.ts)$|\.test\.js$/.test(path),
  });
  for (const name of ['package.json', 'parameters', 'CHANGELOG.md'])
    cpSync(join(projectRoot, name), join(top, name), { recursive: true });
  return top;
}
