// Configures guards created later.
import './zod-settings.js';

export * from '../../src/core/step-up/page-protocol.js';
