// Import this first, because it configures zod for all guards.
import './zod-settings.js';

export * from '../../src/core/page-protocol.js';
