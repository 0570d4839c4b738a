import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the checkout, from a compiled file in dist. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The models that `npm run setup` fetched. */
export const modelsFolder = join(projectRoot, 'models');

/** The capture page as `vite build` made it, and the models it guides with. */
export const pageFolders = { page: join(projectRoot, 'dist', 'capture-web'), models: modelsFolder };

/** The console as `vite build` made it. */
export const consoleFolder = join(projectRoot, 'dist', 'console-web');

/** The pages of documentation as `scripts/build-docs.mjs` made them. */
export const docsFolder = join(projectRoot, 'dist', 'docs-web');
