import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../run/paths.js';

/** State of the native binary: missing, or present but not loadable. */
export type Native = 'absent' | 'not_loadable';

/** Copies onnxruntime-node without its binaries, so that a test can change the copy. */
function copyRuntime(to: string): string {
  const from = join(projectRoot, 'node_modules/onnxruntime-node');
  cpSync(from, to, { recursive: true, filter: (path) => path !== join(from, 'bin') });
  return join(to, 'bin/napi-v6', process.platform, process.arch);
}

/** Installs this build as on a platform without the native binary. */
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
  for (const name of ['package.json', 'src/face/engines.json', 'CHANGELOG.md'])
    cpSync(join(projectRoot, name), join(top, name), { recursive: true });
  return top;
}
