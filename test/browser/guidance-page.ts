import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../support/run/paths.js';

const html =
  '<!doctype html><html lang="en"><title>Guidance</title><script type="module" src="./main.js"></script></html>';
const script = `import { createGuide } from '${join(projectRoot, 'web/capture/guidance/create-guide.ts')}';
globalThis.createGuide = createGuide;
`;

/** Builds a page that only exposes `createGuide`, with the build settings of the capture page. */
export function buildGuidancePage(): { readonly folder: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'facestep-guidance-page-'));
  const folder = join(root, 'built');
  writeFileSync(join(root, 'index.html'), html);
  writeFileSync(join(root, 'main.js'), script);
  const vite = join(projectRoot, 'node_modules/vite/bin/vite.js');
  const build = spawnSync(
    process.execPath,
    [vite, 'build', root, '--config', join(projectRoot, 'web/vite.config.ts'), '--outDir', folder],
    { encoding: 'utf8' },
  );
  if (build.status !== 0) throw new Error(build.stdout + build.stderr);
  return { folder, remove: () => rmSync(root, { recursive: true }) };
}
