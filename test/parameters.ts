import { loadParameters } from '../src/token/parameters.js';

/** Shipped parameters. */
export const parameters = await loadParameters();
