import { loadParameters } from '../../src/face/token/parameters.js';

export const parameters = await loadParameters();
