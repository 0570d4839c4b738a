import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout, from a compiled file in dist. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Models fetched by `npm run setup`. */
export const modelsFolder = join(projectRoot, 'models');

/** Built capture page and its guidance models. */
export const pageFolders = { page: join(projectRoot, 'dist', 'capture-web'), models: modelsFolder };

/** Built console. */
export const consoleFolder = join(projectRoot, 'dist', 'console-web');

/** Documentation built by `scripts/build-docs.mjs`. */
export const docsFolder = join(projectRoot, 'dist', 'docs-web');
