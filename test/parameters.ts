import { loadParameters } from '../src/token/parameters.js';

/** The parameters that ship. */
export const parameters = await loadParameters();
