// First, as it holds for the guards that are made after it.
import './zod-settings.js';

export * from '../../src/core/step-up/page-protocol.js';
