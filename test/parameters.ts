import { loadParameters } from '../src/token/parameters.js';

export const parameters = await loadParameters();
