import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout, from a compiled file in dist. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

export const modelsFolder = join(projectRoot, 'models');

export const pageFolders = { page: join(projectRoot, 'dist', 'capture-web'), models: modelsFolder };

export const consoleFolder = join(projectRoot, 'dist', 'console-web');

export const docsFolder = join(projectRoot, 'dist', 'docs-web');
